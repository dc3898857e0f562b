// What must hold whenever and however often the server was killed.
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DATABASE_FILE } from "../../embedded/database/index.ts";
import type { ServerProcess } from "./serverProcess.ts";
import type { Ledger, Uploader } from "./writers.ts";

type JobState = "pending" | "inProgress" | "success" | "failed" | "canceled";
export type State = {
  entries: { key: string; mutation?: JobState; action?: JobState; foundByKey: number }[];
  halves: string[];
  runs: { key: string; kind: "mutation" | "action began" | "action ended" }[];
  counter: number;
  /** The same counter as the index by its value has it. */
  countersByValue: number[];
};

export class BrokenInvariant extends Error {
  override name = "BrokenInvariant";
}

function require(holds: boolean, sentence: string): void {
  if (!holds) throw new BrokenInvariant(sentence);
}

/** @param acknowledgedBefore what had been acknowledged before the state was asked for */
export function checkState(
  state: State,
  ledger: Ledger,
  acknowledgedBefore: ReadonlySet<string>,
): void {
  const keys = new Set(state.entries.map(({ key }) => key));
  for (const key of acknowledgedBefore)
    require(keys.has(key), `${key} was acknowledged and is gone.`);
  require(keys.size ===
    state.entries.length, `Twice there: ${repeated(state.entries.map((e) => e.key))}`);
  for (const key of keys)
    require(ledger.issued.has(key), `${key} is there, and nobody asked for it.`);
  for (const { key, foundByKey } of state.entries) {
    require(foundByKey === 1, `${key} is found ${String(foundByKey)} times by its index.`);
  }
  require(state.counter ===
    keys.size, `${String(keys.size)} entries are there, but ${String(state.counter)} were counted with them.`);
  require(state.countersByValue.join() ===
    (state.counter === 0
      ? ""
      : String(
          state.counter,
        )), `The counter is ${String(state.counter)}, by its index ${state.countersByValue.join()}.`);
  require(state.halves.length === 2 * keys.size &&
    state.halves.every((key) => keys.has(key)), "A mutation is there by half.");
  checkRuns(state);
}

function checkRuns({ entries, runs }: State): void {
  for (const kind of ["mutation", "action began", "action ended"] as const) {
    const keys = runs.filter((run) => run.kind === kind).map(({ key }) => key);
    require(new Set(keys).size === keys.length, `Run twice as ${kind}: ${repeated(keys)}`);
  }
  const done = new Set(runs.map(({ key, kind }) => `${kind} ${key}`));
  for (const { key, mutation, action } of entries) {
    // A scheduled mutation and its job's state are one transaction.
    require((mutation === "success") ===
      done.has(
        `mutation ${key}`,
      ), `The scheduled mutation of ${key} is ${String(mutation)}, which its writes contradict.`);
    require(mutation !== "failed", `The scheduled mutation of ${key} failed.`);
    if (action === "pending") {
      require(!done.has(
        `action began ${key}`,
      ), `The action of ${key} began before it was its turn.`);
    }
    if (action === "success") {
      require(done.has(`action ended ${key}`), `The action of ${key} succeeded without its end.`);
    }
  }
}

/** After everything has come to rest. */
export function checkRest(state: State, ledger: Ledger): void {
  checkState(state, ledger, ledger.issued);
  for (const { key, mutation, action } of state.entries) {
    require(mutation ===
      (ledger.schedules.has(key)
        ? "success"
        : undefined), `The scheduled mutation of ${key} ended as ${String(mutation)}.`);
    require(ledger.acts.has(key)
      ? action === "success" || action === "failed"
      : action === undefined, `The scheduled action of ${key} ended as ${String(action)}.`);
  }
}

export function isAtRest({ entries }: State): boolean {
  return entries.every(
    ({ mutation, action }) =>
      ![mutation, action].some((kind) => kind === "pending" || kind === "inProgress"),
  );
}

type Files = {
  rows: { key: string; storageId: string; sha256: string }[];
  stored: { id: string; sha256: string; size: number; url: string }[];
};

/** Rows, the app's references and the bytes on disk tell the same story. */
export async function checkFiles(server: ServerProcess, uploader: Uploader): Promise<void> {
  const { rows, stored } = await server.query<Files>("work:files", {});
  const byId = new Map(stored.map((file) => [file.id, file]));
  const referenced = new Set(rows.map(({ storageId }) => storageId));
  for (const [storageId, { key, sha256 }] of uploader.kept) {
    require(referenced.has(storageId), `${key} was saved and is gone.`);
    require(byId.get(storageId)?.sha256 === sha256, `${key} has other bytes than were sent.`);
  }
  for (const { key, storageId } of rows) {
    require(byId.has(storageId), `${key} refers to a file that is not stored.`);
    require(uploader.kept.has(storageId) ||
      uploader.uncertain.has(storageId), `${key} was removed and is there.`);
  }
  for (const { id, sha256, size, url } of stored) {
    const response = await fetch(url);
    require(response.ok, `The bytes of ${id} are not there: ${String(response.status)}.`);
    const bytes = Buffer.from(await response.arrayBuffer());
    const actual = createHash("sha256").update(bytes).digest("base64");
    require(bytes.length === size && actual === sha256, `The bytes of ${id} were changed.`);
  }
  const uuids = stored.map(({ url }) => url.slice(url.lastIndexOf("/") + 1)).sort();
  const onDisk = filesOnDisk(server.dataDir);
  require(JSON.stringify(uuids) ===
    JSON.stringify(
      onDisk,
    ), `${String(onDisk.length)} files are on disk, ${String(uuids.length)} are stored.`);
}

function filesOnDisk(dataDir: string): string[] {
  return readdirSync(join(dataDir, "files"), { recursive: true })
    .map((path) => String(path).replace(/^.*[/\\]/, ""))
    .filter((name) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name))
    .sort();
}

/** Every entry once, whichever way all of them are read. */
export async function checkIndexes(server: ServerProcess): Promise<number> {
  const all = async (path: string): Promise<string[]> => {
    const keys: string[] = [];
    let cursor: string | null = null;
    for (;;) {
      type Page = { keys: string[]; isDone: boolean; continueCursor: string };
      const page: Page = await server.query<Page>(path, { cursor });
      keys.push(...page.keys);
      if (page.isDone) return keys;
      cursor = page.continueCursor;
    }
  };
  const byCreation = await all("work:entryPage");
  const byKey = await all("work:entryPageByKey");
  require(JSON.stringify([...byCreation].sort()) ===
    JSON.stringify(
      [...byKey].sort(),
    ), `${String(byCreation.length)} entries by creation, ${String(byKey.length)} by their index.`);
  require(new Set(byKey).size === byKey.length, "An entry is there twice.");
  return byKey.length;
}

/** SQLite's own check of the file. Only while no server runs. */
export function checkDatabaseFile(dataDir: string): void {
  const database = new DatabaseSync(join(dataDir, DATABASE_FILE));
  try {
    const rows = database.prepare("PRAGMA integrity_check").all();
    require(rows.length === 1 &&
      rows[0]?.integrity_check === "ok", `SQLite finds the file damaged: ${JSON.stringify(rows)}`);
  } finally {
    database.close();
  }
}

function repeated(keys: string[]): string {
  const seen = new Set<string>();
  return keys.filter((key) => seen.size === seen.add(key).size).join(", ");
}
