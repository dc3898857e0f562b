// Every table and index. What changes often and what is read often are apart on purpose: a chunk's
// lease must not re-run the query that shows the library.

import { authTables } from "@convex-dev/auth/server";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { notesContentFields, sectionDraftFields, writerNameValidator } from "./ai/validators.ts";
import {
  callKindValidator,
  chunkStateValidator,
  jobErrorValidator,
  jobStatusValidator,
  leaseValidator,
  lectureStateValidator,
  problemValidator,
  settledStateValidator,
  soundValidator,
  sourceValidator,
  stageValidator,
  storedSegmentValidator,
  usageValidator,
  versionReasonValidator,
} from "./model/validators.ts";

export default defineSchema({
  ...authTables,

  /** What the library lists. Written by its owner, and when its state or whole percent changes. */
  lectures: defineTable({
    ownerId: v.id("users"),
    /** Made on the device; creating twice with the same key gives the same lecture. */
    clientKey: v.string(),
    source: sourceValidator,
    /** The shown title: the given one, else the notes', else one made from the source. */
    title: v.string(),
    givenTitle: v.optional(v.string()),
    course: v.optional(v.string()),
    /** ISO 639-1, as given or as first heard. */
    language: v.optional(v.string()),
    fileName: v.optional(v.string()),
    recordedAt: v.number(),
    durationMs: v.number(),
    state: lectureStateValidator,
    stage: stageValidator,
    /** Whole percent. */
    progress: v.number(),
    problem: v.optional(problemValidator),
    /** True from the moment its owner removed it until its last row is gone. */
    deleting: v.boolean(),
  })
    .index("by_owner_and_recordedAt", ["ownerId", "deleting", "recordedAt"])
    .index("by_owner_and_clientKey", ["ownerId", "clientKey"])
    .index("by_deleting", ["deleting"])
    .searchIndex("search_title", { searchField: "title", filterFields: ["ownerId", "deleting"] }),

  /** Who may see a lecture. Apart from it because every query reads this and it hardly changes. */
  lectureAccess: defineTable({ lectureId: v.id("lectures"), ownerId: v.id("users") }).index(
    "by_lecture",
    ["lectureId"],
  ),

  /** The processing of one lecture: what to read first when something is wrong with it. */
  jobs: defineTable({
    lectureId: v.id("lectures"),
    status: jobStatusValidator,
    stage: stageValidator,
    /** 0 to 100, not rounded; never falls within one attempt. */
    progress: v.number(),
    /** 1, and one more for each retry, continuation or regeneration. */
    attempt: v.number(),
    /** Whether more pieces may come. */
    intake: v.union(v.literal("open"), v.literal("complete")),
    startedAt: v.optional(v.number()),
    finishedAt: v.optional(v.number()),
    error: v.optional(jobErrorValidator),
    /** When a paused job goes on by itself. */
    resumeAt: v.optional(v.number()),
    /** Pieces of the lecture; text counts as transcribed when it comes. */
    counts: v.object({
      chunks: v.number(),
      transcribed: v.number(),
      skipped: v.number(),
      failed: v.number(),
      windowsWritten: v.number(),
    }),
    /** Lengths without overlaps: of what came, of what is done with. */
    receivedMs: v.number(),
    settledMs: v.number(),
    /** End of the last piece on the lecture's clock. */
    endMs: v.number(),
    /** End of the last window whose notes are written. */
    writtenToMs: v.number(),
    /** Highest index of a piece that is done with, plus 1. */
    settledEnd: v.number(),
    /** Number that the next recording session gets. */
    nextSession: v.number(),
    words: v.number(),
    marks: v.number(),
    lastReceivedAt: v.number(),
    /** Pieces whose last call failed for a passing reason, since the last success. */
    failingChunks: v.array(v.number()),
    /** How often in a row the circuit opened; above 0, one probe call at a time is made. */
    circuitOpenings: v.number(),
    /** True while failed pieces are being made ready again, page by page. */
    requeueing: v.boolean(),
    /** What the notes that are being written mean for those that exist. */
    rewrite: v.optional(v.object({ keepEdits: v.boolean() })),
    engines: v.object({ transcription: v.optional(v.string()), notes: v.optional(v.string()) }),
    usage: usageValidator,
    /** True when a paid call had no known price; then no cost is shown. */
    hasUnknownCost: v.boolean(),
    /** What the reader must know of a completed job, e.g. which minutes are missing. */
    warning: v.optional(v.string()),
    writer: v.optional(writerNameValidator),
    /** True when events and drafts older than 30 days are gone. */
    thinned: v.boolean(),
  })
    .index("by_lecture", ["lectureId"])
    .index("by_status_and_lastReceivedAt", ["status", "lastReceivedAt"])
    .index("by_thinned_and_finishedAt", ["thinned", "finishedAt"]),

  /** One stored piece of audio and the state of its transcription. */
  audioChunks: defineTable({
    lectureId: v.id("lectures"),
    index: v.number(),
    session: v.number(),
    startMs: v.number(),
    durationMs: v.number(),
    /** How much of its beginning was also in the piece before. */
    overlapMs: v.number(),
    storageId: v.id("_storage"),
    mimeType: v.string(),
    sizeBytes: v.number(),
    /** Lowercase hexadecimal. */
    sha256: v.string(),
    /** What the device measured; absent where it could not, or when a retry is to hear it anyway. */
    sound: v.optional(soundValidator),
    state: chunkStateValidator,
    /** True in the states transcribed, skipped and failed. */
    isSettled: v.boolean(),
    /** True while the piece before it has not come. */
    followsGap: v.boolean(),
    lease: v.optional(leaseValidator),
    /** Since the last retry: failures that pass, refusals of this audio, actions that vanished. */
    attempts: v.number(),
    refusals: v.number(),
    losses: v.number(),
    /** Not to be claimed before; 0 when it may be claimed at once. */
    notBefore: v.number(),
    error: v.optional(jobErrorValidator),
    startedAt: v.optional(v.number()),
    finishedAt: v.optional(v.number()),
  })
    .index("by_lecture_and_index", ["lectureId", "index"])
    .index("by_lecture_and_state", ["lectureId", "state", "notBefore", "index"])
    .index("by_lecture_and_isSettled", ["lectureId", "isSettled", "index"])
    .index("by_lecture_and_followsGap", ["lectureId", "followsGap", "index"])
    .index("by_storageId", ["storageId"]),

  /** The text of one piece, also of a silent or failed one (then without segments). */
  transcriptChunks: defineTable({
    lectureId: v.id("lectures"),
    ownerId: v.id("users"),
    index: v.number(),
    startMs: v.number(),
    endMs: v.number(),
    overlapMs: v.number(),
    state: settledStateValidator,
    /** True when not even sound was recorded, as from a muted microphone. */
    noSound: v.optional(v.boolean()),
    segments: v.array(storedSegmentValidator),
    language: v.optional(v.string()),
    searchText: v.string(),
  })
    .index("by_lecture_and_index", ["lectureId", "index"])
    .searchIndex("search_text", { searchField: "searchText", filterFields: ["ownerId"] }),

  /** Where the writing of one job stands: its lease, and what it has already looked at. */
  writingLanes: defineTable({
    lectureId: v.id("lectures"),
    lease: v.optional(leaseValidator),
    attempts: v.number(),
    losses: v.number(),
    notBefore: v.number(),
    /** Index of a chunk from which on everything unwritten is found. */
    fromIndex: v.number(),
    /** How many pieces without a gap the last look for a window has seen. */
    seenChunks: v.number(),
    /** Headings so far, the latest last, so that the story holds together. */
    headings: v.array(v.string()),
  }).index("by_lecture", ["lectureId"]),

  /** The notes of one window of the transcript. */
  sectionDrafts: defineTable({
    lectureId: v.id("lectures"),
    windowIndex: v.number(),
    ...sectionDraftFields,
  }).index("by_lecture_and_windowIndex", ["lectureId", "windowIndex"]),

  /** The finished notes of a lecture, as they stand. */
  notes: defineTable({
    lectureId: v.id("lectures"),
    ownerId: v.id("users"),
    ...notesContentFields,
    version: v.number(),
    reason: versionReasonValidator,
    writer: writerNameValidator,
    fallbackReason: v.optional(v.string()),
    /** Paths of parts that a person has changed; see model/editPath.ts. */
    editedPaths: v.array(v.string()),
    changedAt: v.number(),
    /** Which minutes are missing, as a sentence. */
    missing: v.optional(v.string()),
    searchText: v.string(),
  })
    .index("by_lecture", ["lectureId"])
    .searchIndex("search_text", { searchField: "searchText", filterFields: ["ownerId"] }),

  /** Notes as they once were. */
  noteVersions: defineTable({
    lectureId: v.id("lectures"),
    ...notesContentFields,
    version: v.number(),
    reason: versionReasonValidator,
    writer: writerNameValidator,
    fallbackReason: v.optional(v.string()),
    editedPaths: v.array(v.string()),
    changedAt: v.number(),
    missing: v.optional(v.string()),
  }).index("by_lecture_and_version", ["lectureId", "version"]),

  /** What happened to a job, line by line, to be read in the dashboard and on the page. */
  jobEvents: defineTable({
    lectureId: v.id("lectures"),
    at: v.number(),
    attempt: v.number(),
    type: v.string(),
    /** A sentence for a person. */
    detail: v.string(),
    durationMs: v.optional(v.number()),
    chunkIndex: v.optional(v.number()),
    /** What the provider said, word for word, cut to a readable length. For operators. */
    providerText: v.optional(v.string()),
  }).index("by_lecture", ["lectureId"]),

  /** A moment that somebody marked while listening. */
  marks: defineTable({
    lectureId: v.id("lectures"),
    clientKey: v.string(),
    atMs: v.number(),
    note: v.optional(v.string()),
  })
    .index("by_lecture_and_clientKey", ["lectureId", "clientKey"])
    .index("by_lecture_and_atMs", ["lectureId", "atMs"]),

  /** A revocable read-only link. */
  shares: defineTable({ lectureId: v.id("lectures"), token: v.string() })
    .index("by_lecture", ["lectureId"])
    .index("by_token", ["token"]),

  /** A one-time right to take over an anonymous account's lectures. */
  transfers: defineTable({
    /** SHA-256 of the secret, hexadecimal. */
    secretHash: v.string(),
    fromUserId: v.id("users"),
    expiresAt: v.number(),
  })
    .index("by_secretHash", ["secretHash"])
    .index("by_fromUserId", ["fromUserId"])
    .index("by_expiresAt", ["expiresAt"]),

  /**
   * The calls to providers that may be in flight at once in the whole deployment, one document for
   * each, so that two claims rarely touch the same.
   */
  callSlots: defineTable({
    number: v.number(),
    token: v.optional(v.string()),
    lectureId: v.optional(v.id("lectures")),
    kind: v.optional(callKindValidator),
  }).index("by_number", ["number"]),

  /** Lectures that wait for a slot, first come first served: a lecture stands in line once a kind. */
  callQueue: defineTable({ lectureId: v.id("lectures"), kind: callKindValidator }).index(
    "by_lecture_and_kind",
    ["lectureId", "kind"],
  ),
});
