// Which writer makes the notes: a language model where one is configured, the offline outline
// everywhere else.

import type { Environment } from "./configuration.ts";
import { offlineNotesWriter } from "./offline/writer.ts";
import type { NotesWriter } from "./types.ts";

/** How long one window, or the merge, may take with all its calls; a lease must last longer. */
export const WRITE_WINDOW_TIMEOUT_MS = 6 * 60_000;

/** The writer that the environment configures. */
export function notesWriterFromEnv(_env: Environment): NotesWriter {
  return offlineNotesWriter();
}
