// The writer that asks a language model, over any OpenAI-compatible endpoint.

import { nameOf, type Endpoint } from "../configuration.ts";
import { PROMPT_VERSION } from "../prompts/version.ts";
import { NO_WRITING_USAGE, type NotesWriter } from "../types.ts";
import type { Conversation } from "./chat.ts";
import { mergeByModel } from "./mergeWriter.ts";
import { writeWindowByModel } from "./windowWriter.ts";

/**
 * A writer for one endpoint.
 *
 * @param timeoutMs how long one window, or the merge, may take with all its calls
 */
export function modelNotesWriter(endpoint: Endpoint, timeoutMs: number): NotesWriter {
  const writer = { kind: "model", name: nameOf(endpoint), promptVersion: PROMPT_VERSION } as const;
  const begin = (signal: AbortSignal | undefined): Conversation => ({
    endpoint,
    deadlineMs: Date.now() + timeoutMs,
    usage: { ...NO_WRITING_USAGE },
    ...(signal ? { signal } : {}),
  });
  return {
    ...writer,
    writeWindow: async (request) => {
      const conversation = begin(request.signal);
      const draft = await writeWindowByModel(conversation, request, writer);
      return { draft, usage: conversation.usage };
    },
    merge: async (request) => {
      const conversation = begin(request.signal);
      const result = await mergeByModel(conversation, request, writer);
      return { ...result, usage: conversation.usage };
    },
  };
}
