// Every transition of a piece of audio, in one place. What is not in the table is refused.

import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import type { ChunkState, Lease } from "./validators.ts";

export const CHUNK_TRANSITIONS = [
  /** A call for it begins. */
  "claim",
  /** The call ended without a result: it waits for the next. */
  "release",
  "transcribe",
  /** There is provably no speech in it, or not even sound, which needs no call. */
  "skip",
  "fail",
  /** Another attempt at one that failed, or at one in which nothing was heard. */
  "requeue",
] as const;
export type ChunkTransition = (typeof CHUNK_TRANSITIONS)[number];

const TABLE: Record<ChunkState, Partial<Record<ChunkTransition, ChunkState>>> = {
  ready: { claim: "leased", skip: "skipped" },
  leased: { release: "ready", transcribe: "transcribed", skip: "skipped", fail: "failed" },
  transcribed: {},
  skipped: { requeue: "ready" },
  failed: { requeue: "ready" },
};

/** The state after a transition, or undefined when it is impossible. */
export function nextChunkState(
  state: ChunkState,
  transition: ChunkTransition,
): ChunkState | undefined {
  return TABLE[state][transition];
}

type ChunkFields = Partial<
  Pick<
    Doc<"audioChunks">,
    | "attempts"
    | "refusals"
    | "losses"
    | "notBefore"
    | "error"
    | "startedAt"
    | "finishedAt"
    | "sound"
  >
> & { lease?: Lease };

/**
 * Moves a piece to its next state. A lease that is not given again ends.
 *
 * @throws Error when the transition is impossible
 */
export async function moveChunk(
  ctx: MutationCtx,
  chunk: Doc<"audioChunks">,
  transition: ChunkTransition,
  fields: ChunkFields = {},
): Promise<void> {
  const state = nextChunkState(chunk.state, transition);
  if (state === undefined) {
    throw new Error(`Piece ${chunk.index} is ${chunk.state}; it can't ${transition}.`);
  }
  await ctx.db.patch("audioChunks", chunk._id, {
    ...fields,
    lease: fields.lease,
    state,
    isSettled: state === "transcribed" || state === "skipped" || state === "failed",
  });
}
