// An import is killed at different moments: afterwards everything is as before, or everything is there.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DATABASE_FILE } from "../../embedded/database/index.ts";
import {
  confirmImport,
  importData,
  importReaches,
  stageData,
  type ImportState,
} from "../../embedded/server/testing/importData.ts";
import { until } from "../../embedded/server/testing/testServer.ts";
import { checkDatabaseFile } from "./invariants.ts";
import { ServerProcess } from "./serverProcess.ts";

const OPTIONS = { format: "jsonLines", mode: "replace", tableName: "things" } as const;
const DOCUMENTS = 20_000;

let server: ServerProcess;
let dataDir: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "embedded-import-crash-"));
  server = await ServerProcess.prepare(dataDir);
  server.start();
  await server.ready();
});
afterAll(async () => {
  await server.kill();
  rmSync(dataDir, { recursive: true, force: true });
});

const things = (count: number, of: string) =>
  new TextEncoder().encode(`${JSON.stringify({ of })}\n`.repeat(count));

/** How many documents there are of each import. */
async function counts(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (let cursor: string | null = null, isDone = false; !isDone;) {
    type Page = { page: { of: string }[]; isDone: boolean; continueCursor: string };
    const args = { table: "things", order: "asc", paginationOpts: { cursor, numItems: 8_000 } };
    const page: Page = await tableData<Page>(args);
    for (const { of } of page.page) found[of] = (found[of] ?? 0) + 1;
    ({ continueCursor: cursor, isDone } = page);
  }
  return found;
}

async function tableData<Page>(args: object): Promise<Page> {
  const response = await fetch(`${server.url}/api/query`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Convex ${server.adminKey}`,
    },
    body: JSON.stringify({ path: "_system/cli/tableData:default", args, format: "json" }),
  });
  return ((await response.json()) as { value: Page }).value;
}

const written = ({ progress_message: progress }: ImportState) =>
  Number(/\((\d+) of/.exec(progress ?? "")?.[1] ?? 0);

it.each([
  ["as soon as it begins", (state: ImportState) => state.state === "in_progress"],
  ["in the middle", (state: ImportState) => written(state) > DOCUMENTS / 3],
  ["near its end", (state: ImportState) => written(state) > DOCUMENTS * 0.97],
  ["when it is complete", (state: ImportState) => state.state === "completed"],
])("killed %s", async (when, isMoment) => {
  await importData(server, OPTIONS, things(10, "before"));
  const importId = await stageData(server, OPTIONS, things(DOCUMENTS, when));
  const moment = importReaches(server, importId, (state) => isMoment(state) || isOver(state));
  await confirmImport(server, importId);
  await moment;
  await server.kill();
  server.start();
  await server.ready();

  const { state } = await importReaches(server, importId, isOver);
  expect(await counts()).toEqual(state === "completed" ? { [when]: DOCUMENTS } : { before: 10 });
  if (when === "when it is complete") expect(state).toBe("completed");
  // What was unfinished or replaced goes, and its room is used again.
  await until(() => hiddenTables() === 0, 60_000);
});

it("leaves a sound file", async () => {
  await server.kill();
  checkDatabaseFile(dataDir);
});

function isOver({ state }: ImportState): boolean {
  return state === "completed" || state === "failed";
}

function hiddenTables(): number {
  const database = new DatabaseSync(join(dataDir, DATABASE_FILE), { readOnly: true });
  const names = database.prepare("SELECT name FROM tables").all();
  database.close();
  return names.filter(({ name }) => /^_(unfinished|replaced)_/.test(String(name))).length;
}
