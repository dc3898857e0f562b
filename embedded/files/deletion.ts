// Removes the bytes of deleted files once their deletion is committed. The list of what is to be removed is a table,
// so that nothing is forgotten by a crash; it is watched like any query.
import { setTimeout } from "node:timers/promises";
import type { Subscriptions } from "../subscriptions/subscriptions.ts";
import { QuerySet } from "../subscriptions/querySet.ts";
import type { Engine } from "../functions/index.ts";
import { isJSONObject, type JSONValue } from "../values/index.ts";
import type { FileStore } from "./fileStore.ts";

/** How soon bytes go after a copy of the data folder was finished. */
const HELD_CHECK_MS = 500;

export type FileDeletion = { close(): Promise<void> };
type DeletedFile = { id: string; internalId: string };

/** @param onError told when bytes could not be removed; they are tried again at the next deletion or start */
export function startFileDeletion(options: {
  engine: Pick<Engine, "callSystem">;
  subscriptions: Subscriptions;
  files: Pick<FileStore, "remove" | "areDeletionsHeld">;
  onError: (error: unknown) => void;
}): FileDeletion {
  const { engine, subscriptions, files, onError } = options;
  const closing = new AbortController();
  /** The newest list, until its turn comes: while bytes are held, each deletion makes the list anew and longer. */
  let listed: DeletedFile[] = [];
  let removing: Promise<void> | undefined;

  async function removeListed(): Promise<void> {
    try {
      while (listed.length > 0) {
        while (await files.areDeletionsHeld()) {
          // What is left when the server stops is on the list at the next start.
          if (closing.signal.aborted) return;
          await setTimeout(HELD_CHECK_MS, null, { signal: closing.signal }).catch(() => null);
        }
        const rows = listed;
        listed = [];
        await files.remove(rows.map((row) => row.internalId));
        await engine.callSystem("files:forgetDeleted", { ids: rows.map((row) => row.id) });
      }
    } catch (error) {
      onError(error);
    } finally {
      // In one step with the last look at the list, so that a list that comes now finds nobody at work.
      removing = undefined;
    }
  }

  const watched = new QuerySet(subscriptions, () => {
    for (const { result } of watched.takeChanged()) {
      if (!result.ok) {
        onError(new Error(`The list of deleted files cannot be read: ${result.error.message}`));
        continue;
      }
      listed = deletedFiles(JSON.parse(result.valueJson) as JSONValue);
      if (listed.length > 0) removing ??= removeListed();
    }
  });
  watched.add(0, {
    path: "_system/files:deleted",
    args: {},
    identity: { kind: "admin" },
    visibility: "any",
    journal: null,
  });
  return {
    close: async () => {
      closing.abort();
      watched.clear();
      await removing;
    },
  };
}

function deletedFiles(value: JSONValue): DeletedFile[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((row) =>
    isJSONObject(row) && typeof row.id === "string" && typeof row.internalId === "string"
      ? [{ id: row.id, internalId: row.internalId }]
      : [],
  );
}
