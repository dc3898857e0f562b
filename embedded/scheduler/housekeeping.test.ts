import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Database } from "../database/index.ts";
import type { JSONObject, JSONValue } from "../values/index.ts";
import { ANSWER_RETENTION_MS, FINISHED_JOB_RETENTION_MS } from "./housekeeping.ts";
import { schedulerSystemFunctions } from "./systemFunctions.ts";

let database: Database;
let nowMs = 1_800_000_000_000;
beforeEach(() => {
  database = Database.open({ path: ":memory:", now: () => nowMs });
});
afterEach(() => {
  database.close();
});

/** Runs a system function as the engine does. */
async function call(name: string, args: JSONObject = {}): Promise<JSONValue> {
  const context = {
    ...{ database, dataDir: "", cloudUrl: "", siteUrl: "" },
    journal: { given: null, taken: null },
  };
  return await database.batch(() => {
    const tx = database.beginMutation({ system: true });
    const value = schedulerSystemFunctions[name]?.run(tx, args, context);
    tx.commit();
    return value ?? null;
  });
}

async function insert(table: string, documents: JSONObject[]): Promise<string[]> {
  return await database.batch(() => {
    const tx = database.beginMutation({ system: true });
    const ids = documents.map((document) => tx.insert(table, document));
    tx.commit();
    return ids;
  });
}

function count(table: string): number {
  const tx = database.beginQuery({ system: true });
  try {
    return tx.count(table);
  } finally {
    tx.rollback();
  }
}

const job = (scheduledTime: number): JSONObject => ({
  ...{ name: "m.js:f", args: [{}], scheduledTime, state: { kind: "pending" } },
});

describe("finished jobs", () => {
  it("are forgotten a week after their end, pending ones never", async () => {
    const [cancelled = "", failed = "", pending = ""] = await insert("_scheduled_functions", [
      job(nowMs + 10 * FINISHED_JOB_RETENTION_MS),
      job(nowMs),
      job(nowMs),
    ]);
    await call("scheduler:cancel", { id: cancelled });
    await call("scheduler:failed", { id: failed, error: "Uncaught Error: x" });
    nowMs += FINISHED_JOB_RETENTION_MS;
    expect(await call("scheduler:forgetFinishedJobs")).toBe(false);
    expect(count("_scheduled_functions")).toBe(3);
    nowMs += 1;
    await call("scheduler:forgetFinishedJobs");
    expect(count("_scheduled_functions")).toBe(1);
    expect(await call("scheduler:read", { ids: [pending] })).toHaveLength(1);
  });

  it("are removed a few at a time", async () => {
    const ids = await insert(
      "_scheduled_functions",
      Array.from({ length: 1_200 }, () => job(nowMs)),
    );
    for (const id of ids) await call("scheduler:succeeded", { id });
    nowMs += FINISHED_JOB_RETENTION_MS + 1;
    const left: number[] = [];
    for (let more = true; more;) {
      more = (await call("scheduler:forgetFinishedJobs")) === true;
      left.push(count("_scheduled_functions"));
    }
    expect(left).toEqual([700, 200, 0]);
  });
});

describe("answers kept for replayed mutations", () => {
  it("are forgotten after two weeks", async () => {
    const rest = { session: "s", identity: "none", resultJson: "null", logLinesJson: "[]" };
    const keep = (request: number) =>
      database.batch(() => {
        const tx = database.beginMutation({ system: true });
        tx.answers.keep({ ...rest, request });
        tx.commit();
      });
    const isKept = (request: number) => {
      const tx = database.beginQuery({ system: true });
      const found = tx.answers.find("s", request);
      tx.rollback();
      return found !== null;
    };
    await keep(0);
    nowMs += ANSWER_RETENTION_MS;
    await keep(1);
    await call("scheduler:forgetAnswers");
    expect([isKept(0), isKept(1)]).toEqual([true, true]);
    nowMs += 24 * 60 * 60_000;
    await call("scheduler:forgetAnswers");
    expect([isKept(0), isKept(1)]).toEqual([false, true]);
  });
});
