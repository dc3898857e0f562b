// The writer that needs no key and no network: an outline of the lecture in the lecturer's words.

import { NO_WRITING_USAGE, type NotesWriter } from "../types.ts";
import { mergeDrafts } from "./merge.ts";
import { outlineOf } from "./outline.ts";

/** Raised whenever the same transcript would give other notes than before. */
export const OFFLINE_VERSION = "offline-2";
export const OFFLINE_WRITER_NAME = {
  kind: "offline",
  name: "Offline outline",
  promptVersion: OFFLINE_VERSION,
} as const;

/** The offline writer. Deterministic; throws nothing. */
export function offlineNotesWriter(): NotesWriter {
  return {
    ...OFFLINE_WRITER_NAME,
    writeWindow: async (request) => ({
      draft: outlineOf(request, OFFLINE_WRITER_NAME),
      usage: NO_WRITING_USAGE,
    }),
    merge: async (request) => ({
      notes: mergeDrafts(request),
      usage: NO_WRITING_USAGE,
      writer: OFFLINE_WRITER_NAME,
    }),
  };
}
