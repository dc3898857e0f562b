// The answers kept for mutations that clients send again: found in any later run, forgotten in time, brought along from
// files of format 1.
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { convexToJson } from "convex/values";
import { Database } from "./index.ts";
import type { Commit } from "./index.ts";
import { mutate } from "./testing/mutate.ts";

const DAY_MS = 24 * 60 * 60_000;

let folder: string;
let database: Database;
let nowMs: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "answers-"));
  nowMs = 1_800_000_000_000;
  database = open();
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});
const path = () => join(folder, "data.sqlite3");
const open = () => Database.open({ path: path(), now: () => nowMs });

function reopen(): void {
  database.close();
  database = open();
}

const answer = (request: number, session = "s") => ({
  ...{ session, request, identity: "none", resultJson: `"result ${String(request)}"` },
  logLinesJson: '["[LOG] x"]',
});
const keep = (request: number, session = "s") =>
  database.batch(() => {
    const tx = database.beginMutation({ system: true });
    tx.answers.keep(answer(request, session));
    return tx.commit();
  });

function find(request: number, session = "s") {
  const tx = database.beginQuery({ system: true });
  try {
    return tx.answers.find(session, request);
  } finally {
    tx.rollback();
  }
}

describe("kept answers", () => {
  it("are found with the timestamp of their commit, also by the next run, and in no other session", async () => {
    const commit = (await keep(4)) as Commit;
    expect(commit.writes).toEqual([]);
    for (const again of [() => undefined, reopen]) {
      again();
      expect(find(4)).toEqual({ ...answer(4), ts: commit.ts });
      expect([find(3), find(5), find(4, "t")]).toEqual([null, null, null]);
    }
    await keep(5);
    expect(find(5)).toMatchObject(answer(5));
    await keep(2);
    expect(find(2)).toMatchObject(answer(2));
  });

  it("are found whatever day it is", async () => {
    await keep(0);
    nowMs += 3 * DAY_MS;
    await keep(1);
    // The clock is set back.
    nowMs -= 5 * DAY_MS;
    await keep(2);
    reopen();
    expect([0, 1, 2, 3].map((request) => find(request)?.resultJson ?? null)).toEqual([
      ...['"result 0"', '"result 1"', '"result 2"', null],
    ]);
  });

  it("are gone with a mutation or a batch that is undone, and can be given again", async () => {
    await database.batch(() => mutate(database, (tx) => tx.answers.keep(answer(0)), "rollback"));
    const failing = database.batch(() => {
      mutate(database, (tx) => tx.answers.keep(answer(1)));
      throw new Error("No");
    });
    await expect(failing).rejects.toThrow("No");
    expect([find(0), find(1)]).toEqual([null, null]);
    await keep(1);
    await keep(0);
    expect([find(0), find(1)]).toMatchObject([answer(0), answer(1)]);
  });

  it("are forgotten day by day, some at a time", async () => {
    const start = nowMs;
    for (let day = 0; day < 3; day++) {
      for (const request of [0, 1]) await keep(day * 2 + request, day === 1 ? "other" : "s");
      nowMs += DAY_MS;
    }
    const forget = (beforeMs: number, count: number) =>
      database.batch(() => mutate(database, (tx) => tx.answers.forget(beforeMs, count)));
    expect(await forget(start, 10)).toBe(0);
    expect(await forget(start + 2 * DAY_MS, 3)).toBe(3);
    expect(await forget(start + 2 * DAY_MS, 3)).toBe(1);
    expect([find(0), find(2, "other"), find(3, "other")]).toEqual([null, null, null]);
    expect([find(4), find(5)]).toMatchObject([answer(4), answer(5)]);
  });

  it("are not for functions", () => {
    const tx = database.beginQuery();
    expect(() => tx.answers).toThrow("Only system transactions");
    tx.rollback();
  });
});

describe("a file of format 1", () => {
  /** As that format had it: answers were documents. */
  function makeFormat1(documents: object[]): void {
    const file = new DatabaseSync(path());
    file.exec(`
      DROP TABLE answers;
      INSERT INTO tables VALUES (519, '_session_requests');
      INSERT INTO counters VALUES (519, ${String(documents.length)});
      CREATE TABLE d519 (row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, json TEXT NOT NULL);
      PRAGMA user_version = 1;
    `);
    const addIndex = file.prepare("INSERT INTO indexes VALUES (?, 519, ?, ?)");
    addIndex.run(9_001, "by_id", '{"kind":"by_id"}');
    for (const [id, name] of [
      [9_002, "by_creation_time"],
      [9_003, "by_session_and_request"],
    ] as const) {
      addIndex.run(id, name, '{"kind":"database","fields":[],"staged":false}');
      file.exec(`CREATE TABLE i${String(id)} (key BLOB PRIMARY KEY, row INTEGER) WITHOUT ROWID`);
    }
    const add = file.prepare("INSERT INTO d519 (id, size, json) VALUES (?, 0, ?)");
    documents.forEach((document, i) => {
      const id = Buffer.alloc(16);
      id.writeUInt32BE(i);
      add.run(id, JSON.stringify(document));
    });
    file.close();
  }

  it("keeps its answers, and nothing else of their table", () => {
    database.close();
    const ts = 1_700_000_000_123_456_789n;
    const former = (requestId: number, identity: object) => ({
      ...{ _id: "x", _creationTime: nowMs - 1_000.5, logLines: ["[LOG] x"], ...identity },
      ...{ requestId, result: `"result ${String(requestId)}"`, sessionId: "s" },
      ts: convexToJson(ts),
    });
    const count = 2_500;
    makeFormat1(
      Array.from({ length: count }, (_, i) => former(i, i === 0 ? {} : { identity: "none" })),
    );
    database = open();
    expect(find(0)).toEqual({ ...answer(0), identity: "", ts });
    expect(find(count - 1)).toEqual({ ...answer(count - 1), ts });
    expect(find(count)).toBeNull();
    expect(database.tableNames().map(({ name }) => name)).not.toContain("_session_requests");
    reopen();
    expect(find(1)).toEqual({ ...answer(1), ts });
    const file = new DatabaseSync(path(), { readOnly: true });
    const left = "SELECT name FROM sqlite_schema WHERE name IN ('d519', 'i9002', 'i9003')";
    expect(file.prepare(left).all()).toEqual([]);
    file.close();
  });
});
