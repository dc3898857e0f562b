// The writing lane's work: the next window of transcript into a draft, or all drafts into notes.

import { v } from "convex/values";
import type { SectionDraft } from "../../domain/notes.ts";
import type { TranscriptChunk } from "../../domain/transcript.ts";
import { notesWriterFromEnv } from "../ai/notesWriter.ts";
import {
  notesContentValidator,
  sectionDraftValidator,
  writerNameValidator,
} from "../ai/validators.ts";
import { nextWindow, type WindowPlan } from "../ai/windows.ts";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";
import { internalAction, internalMutation, type ActionCtx } from "../_generated/server.js";
import { writingLaneOf } from "../model/leases.ts";
import { failureValidator } from "../model/validators.ts";
import {
  failEmpty,
  failWriting,
  saveNotes,
  saveNothingYet,
  saveWindow,
  type NotesResult,
  type WindowResult,
} from "../model/writingOutcome.ts";
import { failureOf } from "./failureOf.ts";
import { environment } from "../model/environment.ts";

/** Pieces that are read for one window; when even so many hold none, they are written as one. */
const MAX_PIECES = 160;

type Step =
  | { kind: "window"; result: WindowResult }
  | { kind: "notes"; result: NotesResult }
  | { kind: "nothing_yet" }
  | { kind: "empty" };

type Stand = {
  isFinal: boolean;
  toIndex: number;
  fromIndex: number;
  fromMs: number;
  headings: string[];
  language?: string;
  title?: string;
};

/** Works under the lease that scheduled it; whatever happens, it ends with one mutation. */
export const run = internalAction({
  args: { lectureId: v.id("lectures"), token: v.string() },
  returns: v.null(),
  handler: async (ctx, { lectureId, token }): Promise<null> => {
    const stand: Stand | null = await ctx.runQuery(internal.pipeline.writingInput.stand, {
      ...{ lectureId, token },
    });
    if (!stand) return null;
    let step: Step;
    try {
      step = await work(ctx, lectureId, stand);
    } catch (error) {
      const failure = failureOf(error);
      await ctx.runMutation(internal.pipeline.write.fail, { lectureId, token, failure });
      return null;
    }
    await save(ctx, { lectureId, token }, step);
    return null;
  },
});

async function work(ctx: ActionCtx, lectureId: Id<"lectures">, stand: Stand): Promise<Step> {
  const found = await findWindow(ctx, lectureId, stand);
  if (found) return await writeWindow(ctx, lectureId, stand, found);
  if (!stand.isFinal) return { kind: "nothing_yet" };
  return await merge(ctx, lectureId, stand);
}

type Found = { plan: WindowPlan; isLast: boolean; fromIndex: number };
type Piece = TranscriptChunk & { index: number };

/** Reads on until there is a window, or until there is no more text. */
async function findWindow(
  ctx: ActionCtx,
  lectureId: Id<"lectures">,
  { isFinal, fromIndex, toIndex, fromMs }: Stand,
): Promise<Found | undefined> {
  const pieces: Piece[] = [];
  let next: number | null = fromIndex;
  while (next !== null && pieces.length < MAX_PIECES) {
    const page: { chunks: Piece[]; nextIndex: number | null } = await ctx.runQuery(
      internal.pipeline.writingInput.chunks,
      { lectureId, fromIndex: next, toIndex },
    );
    pieces.push(...page.chunks);
    next = page.nextIndex;
    const isAll = isFinal && next === null;
    const plan = nextWindow({ chunks: pieces, fromMs, final: isAll });
    if (plan) return foundWindow(plan, pieces, isAll);
  }
  // So little speech in so many pieces: what there is makes a window, so that reads stay bounded.
  const plan = next === null ? undefined : nextWindow({ chunks: pieces, fromMs, final: true });
  return plan && foundWindow(plan, pieces, false);
}

function foundWindow(plan: WindowPlan, pieces: Piece[], isAll: boolean): Found {
  const isLast =
    isAll && nextWindow({ chunks: pieces, fromMs: plan.endMs, final: true }) === undefined;
  const following = pieces.findIndex((piece) => piece.endMs > plan.endMs);
  // One piece more than what follows, for the seam between them.
  const at = following < 0 ? pieces.length - 1 : Math.max(0, following - 1);
  return { plan, isLast, fromIndex: pieces[at]?.index ?? 0 };
}

async function writeWindow(
  ctx: ActionCtx,
  lectureId: Id<"lectures">,
  stand: Stand,
  { plan, isLast, fromIndex }: Found,
): Promise<Step> {
  const { segments, startMs, endMs } = plan;
  const marks = await ctx.runQuery(internal.pipeline.writingInput.marks, {
    ...{ lectureId, startMs, endMs },
  });
  const { draft, usage } = await notesWriterFromEnv(environment()).writeWindow({
    ...{ segments, startMs, endMs, marks },
    headingsSoFar: stand.headings,
    language: stand.language,
  });
  return { kind: "window", result: { draft, usage, isLast, fromIndex } };
}

async function merge(ctx: ActionCtx, lectureId: Id<"lectures">, stand: Stand): Promise<Step> {
  const drafts: SectionDraft[] = [];
  let next: number | null = 0;
  while (next !== null) {
    const page: { drafts: SectionDraft[]; nextWindow: number | null } = await ctx.runQuery(
      internal.pipeline.writingInput.drafts,
      { lectureId, fromWindow: next },
    );
    drafts.push(...page.drafts);
    next = page.nextWindow;
  }
  if (drafts.length === 0) return { kind: "empty" };
  const result = await notesWriterFromEnv(environment()).merge({
    drafts,
    language: stand.language,
    titleHint: stand.title,
  });
  return { kind: "notes", result };
}

async function save(
  ctx: ActionCtx,
  lease: { lectureId: Id<"lectures">; token: string },
  step: Step,
): Promise<void> {
  switch (step.kind) {
    case "window":
      await ctx.runMutation(internal.pipeline.write.saveDraft, { ...lease, result: step.result });
      return;
    case "notes":
      await ctx.runMutation(internal.pipeline.write.finish, { ...lease, result: step.result });
      return;
    case "nothing_yet":
    case "empty":
      await ctx.runMutation(internal.pipeline.write.saveNothing, {
        ...lease,
        isEmpty: step.kind === "empty",
      });
      return;
    default:
      return step satisfies never;
  }
}

const leaseFields = { lectureId: v.id("lectures"), token: v.string() };
const usageOfWriting = v.object({
  inputTokens: v.number(),
  outputTokens: v.number(),
  calls: v.number(),
});

/** Takes a window's draft, if the lease still stands. */
export const saveDraft = internalMutation({
  args: {
    ...leaseFields,
    result: v.object({
      draft: sectionDraftValidator,
      usage: usageOfWriting,
      isLast: v.boolean(),
      fromIndex: v.number(),
    }),
  },
  returns: v.null(),
  handler: async (ctx, { lectureId, token, result }): Promise<null> => {
    const lane = await writingLaneOf(ctx, lectureId);
    if (lane?.lease?.token === token) await saveWindow(ctx, lane, result);
    return null;
  },
});

/** Takes the finished notes, if the lease still stands. */
export const finish = internalMutation({
  args: {
    ...leaseFields,
    result: v.object({
      notes: notesContentValidator,
      usage: usageOfWriting,
      writer: writerNameValidator,
      fallbackReason: v.optional(v.string()),
    }),
  },
  returns: v.null(),
  handler: async (ctx, { lectureId, token, result }): Promise<null> => {
    const lane = await writingLaneOf(ctx, lectureId);
    if (lane?.lease?.token === token) await saveNotes(ctx, lane, result);
    return null;
  },
});

/** Takes note that there was nothing to write, if the lease still stands. */
export const saveNothing = internalMutation({
  args: { ...leaseFields, isEmpty: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { lectureId, token, isEmpty }): Promise<null> => {
    const lane = await writingLaneOf(ctx, lectureId);
    if (lane?.lease?.token !== token) return null;
    if (isEmpty) await failEmpty(ctx, lane);
    else await saveNothingYet(ctx, lane);
    return null;
  },
});

/** Takes note of a failed step, if the lease still stands. */
export const fail = internalMutation({
  args: { ...leaseFields, failure: failureValidator },
  returns: v.null(),
  handler: async (ctx, { lectureId, token, failure }): Promise<null> => {
    const lane = await writingLaneOf(ctx, lectureId);
    if (lane?.lease?.token === token) await failWriting(ctx, lane, failure);
    return null;
  },
});
