// The transcribing lane's work: one piece of audio to the provider, its text to the database.

import { v, type Infer } from "convex/values";
import { segmentValidator } from "../ai/validators.ts";
import { transcriberFromEnv } from "../ai/transcriber.ts";
import { ProviderError, type Transcription } from "../ai/types.ts";
import { internal } from "../_generated/api.js";
import { internalAction, internalMutation, type ActionCtx } from "../_generated/server.js";
import { failChunk, saveChunk } from "../model/chunkOutcome.ts";
import { failureValidator } from "../model/validators.ts";
import { failureOf } from "./failureOf.ts";
import { environment } from "../model/environment.ts";

const workValidator = v.object({
  chunkId: v.id("audioChunks"),
  token: v.string(),
  index: v.number(),
  storageId: v.id("_storage"),
  mimeType: v.string(),
  durationMs: v.number(),
  language: v.optional(v.string()),
  previousText: v.optional(v.string()),
});
type Work = Infer<typeof workValidator>;

/** Stays well below Convex's 1 MiB for a document; the times of single words are what can go. */
const MAX_RESULT_LENGTH = 600_000;

/** Works under the lease that scheduled it; whatever happens, it ends with one mutation. */
export const run = internalAction({
  args: workValidator,
  returns: v.null(),
  handler: async (ctx, work): Promise<null> => {
    const { chunkId, token } = work;
    let result: Transcription & { engine: string };
    try {
      result = await transcribe(ctx, work);
    } catch (error) {
      const failure = failureOf(error);
      await ctx.runMutation(internal.pipeline.transcribe.fail, { chunkId, token, failure });
      return null;
    }
    await ctx.runMutation(internal.pipeline.transcribe.save, { chunkId, token, result });
    return null;
  },
});

async function transcribe(ctx: ActionCtx, work: Work): Promise<Transcription & { engine: string }> {
  const transcriber = transcriberFromEnv(environment());
  if ("missing" in transcriber) {
    throw new ProviderError({
      kind: "account",
      code: "no_transcription",
      userMessage: transcriber.missing,
      detail: "The configuration changed while the job was running.",
    });
  }
  const audio = await ctx.storage.get(work.storageId);
  if (!audio) {
    throw new ProviderError({
      kind: "input",
      code: "audio_missing",
      userMessage: "The audio of this part is missing from the server's storage.",
      detail: `No file ${work.storageId}.`,
    });
  }
  const transcription = await transcriber.transcribe({
    audio,
    fileName: `piece-${work.index}.${extensionOf(work.mimeType)}`,
    mimeType: work.mimeType,
    durationMs: work.durationMs,
    language: work.language,
    previousText: work.previousText,
  });
  return { ...fitting(transcription), engine: transcriber.name };
}

/** Providers tell formats by the file's name. */
function extensionOf(mimeType: string): string {
  const kind = /\/(?:x-)?([a-z0-9]+)/u.exec(mimeType)?.[1] ?? "bin";
  const extensions: Record<string, string> = { mpeg: "mp3", mp4: "m4a", aac: "m4a", wave: "wav" };
  return extensions[kind] ?? kind;
}

function fitting(transcription: Transcription): Transcription {
  if (JSON.stringify(transcription.segments).length <= MAX_RESULT_LENGTH) return transcription;
  const segments = transcription.segments.map(({ startMs, endMs, text }) => ({
    ...{ startMs, endMs, text },
  }));
  return { ...transcription, segments };
}

/** Takes a piece's text, if the lease still stands. */
export const save = internalMutation({
  args: {
    chunkId: v.id("audioChunks"),
    token: v.string(),
    result: v.object({
      engine: v.string(),
      language: v.optional(v.string()),
      segments: v.array(segmentValidator),
      dropped: v.array(v.object({ text: v.string(), reason: v.string() })),
      noSpeech: v.boolean(),
      usage: v.object({
        audioSeconds: v.number(),
        inputTokens: v.optional(v.number()),
        outputTokens: v.optional(v.number()),
      }),
    }),
  },
  returns: v.null(),
  handler: async (ctx, { chunkId, token, result }): Promise<null> => {
    const chunk = await ctx.db.get("audioChunks", chunkId);
    if (chunk?.lease?.token === token) await saveChunk(ctx, chunk, result);
    return null;
  },
});

/** Takes note of a failed call, if the lease still stands. */
export const fail = internalMutation({
  args: { chunkId: v.id("audioChunks"), token: v.string(), failure: failureValidator },
  returns: v.null(),
  handler: async (ctx, { chunkId, token, failure }): Promise<null> => {
    const chunk = await ctx.db.get("audioChunks", chunkId);
    if (chunk?.lease?.token === token) await failChunk(ctx, chunk, failure);
    return null;
  },
});
