// From a worker's answer to what the engine's callers get, with the number of the request.
import { randomBytes } from "node:crypto";
import type { JSONValue } from "../values/index.ts";
import * as texts from "./errorTexts.ts";
import type { RunAnswer } from "./protocol.ts";
import type { Outcome } from "./types.ts";

const REQUEST_ID_DIGITS = 16;
let requestIdPool = "";
let nextRequestId = 0;

/** 16 hex digits: the same in the caller's error text and in the log. Drawn from the system many at a time. */
export function newRequestId(): string {
  if (nextRequestId === requestIdPool.length) {
    requestIdPool = randomBytes(4_096).toString("hex");
    nextRequestId = 0;
  }
  return requestIdPool.slice(nextRequestId, (nextRequestId += REQUEST_ID_DIGITS));
}

export function outcome<Extra extends object>(answer: RunAnswer, extra: Extra): Outcome<Extra> {
  const { logLines } = answer;
  if (answer.ok) return Object.assign(new LazySuccess(answer.valueJson, logLines), extra);
  return { ok: false, error: answer.error ?? { message: texts.TRANSIENT }, logLines, ...extra };
}

/** Most values are only passed on as text; those that are looked at are parsed then. */
class LazySuccess {
  readonly ok = true as const;
  readonly valueJson: string;
  readonly logLines: string[];
  #value: JSONValue | undefined;

  constructor(valueJson: string, logLines: string[]) {
    this.valueJson = valueJson;
    this.logLines = logLines;
  }

  get value(): JSONValue {
    // Made by `convex/server` in the worker.
    this.#value ??= JSON.parse(this.valueJson) as JSONValue;
    return this.#value;
  }
}
