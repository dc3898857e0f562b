// The shapes that more than one table or function speaks of: states, errors, leases, usage.

import { v, type Infer } from "convex/values";
import { segmentValidator } from "../ai/validators.ts";

export const sourceValidator = v.union(
  v.literal("recording"),
  v.literal("file"),
  v.literal("captions"),
  v.literal("text"),
  v.literal("sample"),
);
export type Source = Infer<typeof sourceValidator>;

/** What the library shows a lecture as. Derived from its job; see model/jobState.ts. */
export const lectureStateValidator = v.union(
  v.literal("receiving"),
  v.literal("processing"),
  v.literal("paused"),
  v.literal("ready"),
  v.literal("failed"),
  v.literal("canceled"),
  v.literal("deleting"),
);
export type LectureState = Infer<typeof lectureStateValidator>;

export const jobStatusValidator = v.union(
  v.literal("receiving"),
  v.literal("running"),
  v.literal("paused"),
  v.literal("completed"),
  v.literal("failed"),
  v.literal("canceled"),
);
export type JobStatus = Infer<typeof jobStatusValidator>;

/** What a job is busy with as far as the reader cares; separate from its status. */
export const stageValidator = v.union(
  v.literal("receiving"),
  v.literal("transcribing"),
  v.literal("writing"),
  v.literal("saving"),
  v.literal("done"),
);
export type Stage = Infer<typeof stageValidator>;

export const chunkStateValidator = v.union(
  v.literal("ready"),
  v.literal("leased"),
  v.literal("transcribed"),
  v.literal("skipped"),
  v.literal("failed"),
);
export type ChunkState = Infer<typeof chunkStateValidator>;

/** The states of a chunk that is done with, one way or the other. */
export const settledStateValidator = v.union(
  v.literal("transcribed"),
  v.literal("skipped"),
  v.literal("failed"),
);
export type SettledState = Infer<typeof settledStateValidator>;

/** An error as a person reads it, and whether pressing Retry can help. */
export const jobErrorValidator = v.object({
  code: v.string(),
  message: v.string(),
  retryable: v.boolean(),
  at: v.number(),
});
export type JobError = Infer<typeof jobErrorValidator>;

export const problemValidator = v.object({ code: v.string(), message: v.string() });

/**
 * The right to work on something until a moment. Whoever holds another token than the stored one
 * has lost it, and nothing that they bring is taken.
 */
export const leaseValidator = v.object({
  token: v.string(),
  expiresAt: v.number(),
  startedAt: v.number(),
  /** The scheduled action that works under this lease. */
  actionId: v.id("_scheduled_functions"),
  /** The place among the deployment's calls in flight; none for work without a provider. */
  slot: v.optional(v.number()),
});
export type Lease = Infer<typeof leaseValidator>;

/** What a device has measured of a piece's sound; see domain/sound.ts. */
export const soundValidator = v.object({
  measuredAt: v.union(v.literal("encoder"), v.literal("microphone")),
  measuredMs: v.number(),
  audibleMs: v.number(),
  peakDb: v.number(),
});

export const callKindValidator = v.union(v.literal("transcribe"), v.literal("write"));
export type CallKind = Infer<typeof callKindValidator>;

export const usageValidator = v.object({
  audioSeconds: v.number(),
  inputTokens: v.number(),
  outputTokens: v.number(),
  calls: v.number(),
  /** US dollars; absent while nothing with a known price was used, or something has no known price. */
  costUsd: v.optional(v.number()),
});
export type Usage = Infer<typeof usageValidator>;

/** A failure as an action reports it: a ProviderError without its class. */
export const failureValidator = v.object({
  kind: v.union(
    v.literal("transient"),
    v.literal("account"),
    v.literal("input"),
    v.literal("output"),
    v.literal("ours"),
  ),
  code: v.string(),
  userMessage: v.string(),
  detail: v.string(),
  retryAfterMs: v.optional(v.number()),
});
export type Failure = Infer<typeof failureValidator>;

/** A stored segment: what was heard, or what a person has made of it. */
export const storedSegmentValidator = v.object({
  ...segmentValidator.fields,
  edited: v.optional(v.boolean()),
});

/** A segment as pages get it. */
export const shownSegmentValidator = v.object({
  startMs: v.number(),
  endMs: v.number(),
  text: v.string(),
  edited: v.optional(v.boolean()),
});

export const versionReasonValidator = v.union(
  v.literal("written"),
  v.literal("edited"),
  v.literal("regenerated"),
  v.literal("restored"),
);
export type VersionReason = Infer<typeof versionReasonValidator>;
