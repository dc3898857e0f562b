// Random sequences of calls, and how one is carried out on both sides and compared step by step.
import { isDeepStrictEqual } from "node:util";
import type { Value } from "convex/values";
import type { CheckName } from "./app/convex/checks.ts";
import type { Names, Operation, Read, Source } from "./app/convex/operations.ts";
import {
  comparable,
  errorClass,
  Ids,
  type Answer,
  type Args,
  type Call,
  type Side,
} from "./side.ts";

export type Step =
  | { step: "transact"; operations: Operation[] }
  | { step: "look"; operations: Read[] }
  | {
      step: "page";
      source: Source;
      pageSize: number;
      maximumRowsRead?: number;
      as: string;
      after?: string;
    }
  /** A page that was loaded before, again: as a live page keeps its range. */
  | { step: "pageAgain"; of: string }
  | { step: "check"; what: "argument" | "result"; name: CheckName; value: Value }
  | { step: "store"; bytes: ArrayBuffer; as: string };

/** A page as it was loaded, on one side. */
type LoadedPage = { source: Source; from: string | null; to: string; isDone: boolean };

/** One side with what it calls documents and pages. */
class Runner {
  readonly side: Side;
  names: Names = {};
  readonly ids = new Ids();
  readonly pages = new Map<string, LoadedPage>();

  constructor(side: Side) {
    this.side = side;
  }

  async call(call: Call): Promise<Answer> {
    return this.side.call(call);
  }
}

export type Difference = { step: number; what: string; expected: unknown; actual: unknown };

/** @returns the first step at which the two differ; null when they agree */
export async function runOnBoth(
  reference: Side,
  tested: Side,
  steps: readonly Step[],
): Promise<Difference | null> {
  await Promise.all([reference.reset(), tested.reset()]);
  const sides = [new Runner(reference), new Runner(tested)] as const;
  for (const [number, step] of steps.entries()) {
    const [expected, actual] = [await runStep(sides[0], step), await runStep(sides[1], step)];
    if (schedules(step)) await Promise.all([reference.settle(), tested.settle()]);
    if (!isDeepStrictEqual(expected, actual)) {
      return { step: number, what: step.step, expected, actual };
    }
  }
  const end = { step: "look", operations: FINAL_LOOK } as const;
  const [expected, actual] = [await runStep(sides[0], end), await runStep(sides[1], end)];
  if (isDeepStrictEqual(expected, actual)) return null;
  return { step: steps.length, what: "what is left", expected, actual };
}

const everything = (table: string): Read => ({ do: "query", source: { table }, finish: "collect" });
const FINAL_LOOK: Read[] = [everything("items"), everything("strict"), { do: "jobs" }];

/** Whether anything may be due after a step, also through what a scheduled function schedules. */
function schedules(step: Step): boolean {
  const inOperations = (operations: readonly Operation[]): boolean =>
    operations.some(
      (operation) =>
        operation.do === "schedule" ||
        (operation.do === "nested" && inOperations(operation.operations)),
    );
  return step.step === "transact" && inOperations(step.operations);
}

type Compared = Record<string, unknown>;

async function runStep(runner: Runner, step: Step): Promise<Compared> {
  switch (step.step) {
    case "transact":
    case "look": {
      const args = asArgs({ operations: step.operations, names: runner.names });
      const kind = step.step === "transact" ? "mutation" : "query";
      const answer = await runner.call({ kind, path: `operations:${step.step}`, args });
      if (!answer.ok) return failed(runner, answer);
      const { results, names } = answer.value as { results: Value[]; names?: Names };
      if (names !== undefined) runner.names = names;
      return { results: comparable(results, runner.ids) };
    }
    case "page": {
      const before = step.after === undefined ? undefined : runner.pages.get(step.after);
      if (step.after !== undefined && (before === undefined || before.isDone)) return {};
      const source = before?.source ?? step.source;
      const from = before?.to ?? null;
      const options = { numItems: step.pageSize, cursor: from, ...maximum(step) };
      const answer = await runner.call(pageCall(runner, source, options));
      if (!answer.ok) return failed(runner, answer);
      const { page, isDone, continueCursor } = answer.value as PageValue;
      // Only one side calls a page done that ends exactly with the last row (knownDifferences.md): both are asked.
      const isFull = page.length >= step.pageSize;
      const isLast = isDone || (isFull && (await isAtEnd(runner, source, continueCursor)));
      runner.pages.set(step.as, { source, from, to: continueCursor, isDone: isLast });
      return { page: comparable(page, runner.ids), isDone: isLast };
    }
    case "pageAgain": {
      const loaded = runner.pages.get(step.of);
      if (loaded === undefined || loaded.isDone) return {};
      const options = { numItems: 1, cursor: loaded.from, endCursor: loaded.to };
      const answer = await runner.call(pageCall(runner, loaded.source, options));
      if (!answer.ok) return failed(runner, answer);
      return { page: comparable((answer.value as PageValue).page, runner.ids) };
    }
    case "check": {
      const path = `checks:${step.what}_${step.name}`;
      const answer = await runner.call({ kind: "query", path, args: { value: step.value } });
      return answer.ok ? { value: comparable(answer.value, runner.ids) } : failed(runner, answer);
    }
    case "store": {
      const answer = await runner.call({
        ...{ kind: "action", path: "operations:store", args: { bytes: step.bytes } },
      });
      if (!answer.ok) return failed(runner, answer);
      const { id, bytes } = answer.value as { id: string; bytes: Value };
      runner.names = { ...runner.names, [step.as]: id };
      return { bytes: comparable(bytes, runner.ids) };
    }
  }
}

type PageValue = { page: Value[]; isDone: boolean; continueCursor: string };

function pageCall(runner: Runner, source: Source, options: object): Call {
  const args = asArgs({ source, names: runner.names, options });
  return { kind: "query", path: "operations:page", args };
}

async function isAtEnd(runner: Runner, source: Source, cursor: string): Promise<boolean> {
  const next = await runner.call(pageCall(runner, source, { numItems: 1, cursor }));
  return next.ok && (next.value as PageValue).page.length === 0;
}

function maximum(step: Extract<Step, { step: "page" }>): object {
  return step.maximumRowsRead === undefined ? {} : { maximumRowsRead: step.maximumRowsRead };
}

function failed(runner: Runner, { error, data }: Extract<Answer, { ok: false }>): Compared {
  return {
    // The text of a ConvexError is made of its data.
    error: data === undefined ? errorClass(error) : "ConvexError",
    ...(data === undefined ? {} : { data: comparable(data, runner.ids) }),
  };
}

function asArgs(args: object): Args {
  // Operations hold Convex values, names and plain data only.
  return args as Args;
}
