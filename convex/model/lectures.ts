// Making, describing and removing a lecture.

import type { Infer } from "convex/values";
import { MAX_COURSE_LENGTH, MAX_TITLE_LENGTH } from "../../domain/limits.ts";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { languageCode } from "../ai/languages.ts";
import { jobOf } from "./access.ts";
import { recordEvent } from "./events.ts";
import { isActive, updateJob } from "./jobState.ts";
import { dropAllLeases } from "./leases.ts";
import { notesOf } from "./notesVersions.ts";
import { checkNumber, readText, refuse } from "./refusal.ts";
import type { sourceValidator } from "./validators.ts";

const MAX_CLIENT_KEY_LENGTH = 100;
const MAX_FILE_NAME_LENGTH = 255;
const MAX_LANGUAGE_LENGTH = 35;
/** Year 9999: anything later is a mistake in units. */
const LAST_DAY_MS = 253_402_300_799_999;

type NewLecture = {
  clientKey: string;
  source: Infer<typeof sourceValidator>;
  title?: string;
  course?: string;
  language?: string;
  recordedAt: number;
  fileName?: string;
};

/** A lecture with its job, ready to receive; the existing one when the owner made it before. */
export async function createLecture(
  ctx: MutationCtx,
  ownerId: Id<"users">,
  args: NewLecture,
): Promise<{ lectureId: Id<"lectures">; jobId: Id<"jobs"> }> {
  const details = readDetails(args);
  const clientKey = readText("clientKey", args.clientKey, MAX_CLIENT_KEY_LENGTH);
  if (!clientKey) return refuse("invalid_clientKey", "A lecture needs a key of its device.");
  const fileName = readText("fileName", args.fileName?.slice(-MAX_FILE_NAME_LENGTH), 255);
  checkNumber("recordedAt", args.recordedAt, 0, LAST_DAY_MS);

  const existing = await ctx.db
    .query("lectures")
    .withIndex("by_owner_and_clientKey", (q) => q.eq("ownerId", ownerId).eq("clientKey", clientKey))
    .first();
  if (existing) {
    const job = await jobOf(ctx, existing._id);
    if (job && !existing.deleting) return { lectureId: existing._id, jobId: job._id };
    return refuse("not_found", "This lecture has been deleted.");
  }

  const lecture = {
    ownerId,
    clientKey,
    source: args.source,
    givenTitle: details.title,
    course: details.course,
    language: details.language,
    fileName,
    recordedAt: args.recordedAt,
  };
  const lectureId = await ctx.db.insert("lectures", {
    ...lecture,
    title: shownTitle(lecture, undefined),
    durationMs: 0,
    state: "receiving",
    stage: "receiving",
    progress: 0,
    deleting: false,
  });
  await ctx.db.insert("lectureAccess", { lectureId, ownerId });
  await ctx.db.insert("writingLanes", {
    ...{ lectureId, attempts: 0, losses: 0, notBefore: 0 },
    ...{ fromIndex: 0, seenChunks: 0, headings: [] },
  });
  const jobId = await ctx.db.insert("jobs", newJob(lectureId, Date.now()));
  await recordEvent(
    ctx,
    { lectureId, attempt: 1 },
    { type: "job.created", detail: "The lecture was created and waits for its first piece." },
  );
  return { lectureId, jobId };
}

function newJob(
  lectureId: Id<"lectures">,
  now: number,
): Omit<Doc<"jobs">, "_id" | "_creationTime"> {
  return {
    lectureId,
    status: "receiving",
    stage: "receiving",
    progress: 0,
    attempt: 1,
    intake: "open",
    counts: { chunks: 0, transcribed: 0, skipped: 0, failed: 0, windowsWritten: 0 },
    ...{ receivedMs: 0, settledMs: 0, endMs: 0, writtenToMs: 0 },
    ...{ settledEnd: 0, nextSession: 0, words: 0, marks: 0, lastReceivedAt: now },
    ...{ failingChunks: [], circuitOpenings: 0, requeueing: false },
    engines: {},
    usage: { audioSeconds: 0, inputTokens: 0, outputTokens: 0, calls: 0 },
    hasUnknownCost: false,
    thinned: false,
  };
}

/** Changes what a person says about a lecture; an empty text takes the field away. */
export async function updateLectureDetails(
  ctx: MutationCtx,
  lecture: Doc<"lectures">,
  args: { title?: string; course?: string; language?: string },
): Promise<void> {
  const details = readDetails(args);
  const changed: Partial<Doc<"lectures">> = {};
  if (args.title !== undefined) {
    changed.givenTitle = details.title;
    const notes = details.title === undefined ? await notesOf(ctx, lecture._id) : null;
    changed.title = shownTitle({ ...lecture, givenTitle: details.title }, notes?.title);
  }
  if (args.course !== undefined) changed.course = details.course;
  if (args.language !== undefined) changed.language = details.language;
  await ctx.db.patch("lectures", lecture._id, changed);
}

function readDetails(args: { title?: string; course?: string; language?: string }) {
  const language = readText("language", args.language, MAX_LANGUAGE_LENGTH);
  const code = language && languageCode(language);
  if (language && !code) {
    refuse("invalid_language", `${language} is not a language code such as en, de or pt-BR.`);
  }
  return {
    title: readText("title", args.title, MAX_TITLE_LENGTH),
    course: readText("course", args.course, MAX_COURSE_LENGTH),
    language: code,
  };
}

/** The title that pages show: the person's, else the writer's, else one from the source. */
export function shownTitle(
  lecture: Pick<Doc<"lectures">, "givenTitle" | "fileName">,
  written: string | undefined,
): string {
  const fromFile = lecture.fileName?.replace(/\.[^.]{1,5}$/u, "").trim();
  const title = lecture.givenTitle ?? written ?? fromFile;
  return title ? title.slice(0, MAX_TITLE_LENGTH) : "Untitled lecture";
}

/**
 * Takes a lecture off every screen at once and begins to delete it. Its owner can't reach it any
 * more, and nothing that is still on its way for it is taken.
 */
export async function removeLecture(ctx: MutationCtx, lectureId: Id<"lectures">): Promise<void> {
  const lecture = await ctx.db.get("lectures", lectureId);
  if (!lecture || lecture.deleting) return;
  const access = await ctx.db
    .query("lectureAccess")
    .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
    .unique();
  if (access) await ctx.db.delete("lectureAccess", access._id);
  const job = await jobOf(ctx, lectureId);
  if (job) {
    await dropAllLeases(ctx, lectureId);
    if (isActive(job.status) || job.status === "paused") await updateJob(ctx, job, {}, "cancel");
  }
  await ctx.db.patch("lectures", lectureId, { deleting: true, state: "deleting" });
  await ctx.scheduler.runAfter(0, internal.pipeline.remove.step, { lectureId });
}
