// Which writer makes the notes: a language model where one is configured, the offline outline
// everywhere else.

import { notesEndpoint, type Environment } from "./configuration.ts";
import { modelNotesWriter } from "./model/writer.ts";
import { offlineNotesWriter } from "./offline/writer.ts";
import { WRITE_WINDOW_TIMEOUT_MS } from "./timeouts.ts";
import type { NotesWriter } from "./types.ts";

export { WRITE_WINDOW_TIMEOUT_MS } from "./timeouts.ts";

/** The writer that the environment configures. */
export function notesWriterFromEnv(env: Environment): NotesWriter {
  const endpoint = notesEndpoint(env);
  return "missing" in endpoint
    ? offlineNotesWriter()
    : modelNotesWriter(endpoint, WRITE_WINDOW_TIMEOUT_MS);
}
