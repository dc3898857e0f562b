// What happens seldom in a deployment, each thing larger than one step of the function that takes care of it: failed
// calls, brooms, text, people who come and go. For tests that want to see every function run.
import { vi } from "vitest";
import { api, internal } from "../../convex/_generated/api.js";
import type { Doc, Id } from "../../convex/_generated/dataModel.js";
import type { MutationCtx } from "../../convex/_generated/server.js";
import { refusal } from "./provider.ts";
import type { Person, World } from "./world.ts";

const DAY_MS = 24 * 3_600_000;
const PIECES = 130;

export async function liveThroughTheSeldom(world: World): Promise<void> {
  const person = await world.signUp();
  await failedCalls(world, person);
  await pausesWithoutWindow(world, person);
  const lectureId = await failedPieces(world, person);
  await operator(world, person);
  await text(world, person);
  await brooms(world, person, lectureId);
  await people(world);
}

/** A provider that is down at first, and fails once more for one piece and for the notes. */
async function failedCalls(world: World, person: Person): Promise<void> {
  vi.stubEnv("NOTES_BASE_URL", "http://provider.test/v1");
  vi.stubEnv("NOTES_MODEL", "test-writer");
  const failsOnce = new Set(["piece 7", "chat"]);
  world.provider.script = ({ kind, index, number }) => {
    const isDown = number < 4 || failsOnce.delete(kind === "chat" ? "chat" : `piece ${index}`);
    return isDown ? refusal(503) : undefined;
  };
  await world.record(person, { pieces: 12, clientKey: "failed calls" });
  await world.settle();
  world.provider.script = () => undefined;
  vi.stubEnv("NOTES_BASE_URL", "");
}

/** Ten minutes of speech in twelve of time: enough to look for a window, not enough for one. */
async function pausesWithoutWindow(world: World, person: Person): Promise<void> {
  const lectureId = await world.create(person, "pauses");
  for (let index = 0; index < 10; index += 1) {
    const [durationMs, startMs] = [60_000, index * 80_000];
    await world.addPiece(person, lectureId, index, { durationMs, startMs });
  }
  await world.settle();
  await world.finish(person, lectureId, 10);
  await world.settle();
}

/** A lecture of whose pieces nearly all have failed, is tried again. */
async function failedPieces(world: World, person: Person): Promise<Id<"lectures">> {
  const lectureId = await world.record(person, { pieces: 1, clientKey: "failed pieces" });
  await world.settle();
  const job = await world.job(lectureId);
  const heard = (await world.rows("audioChunks")).find((chunk) => chunk.lectureId === lectureId);
  if (!heard) throw new Error("The lecture has no piece.");
  const { _id, _creationTime, ...piece } = heard;
  await world.t.run(async (ctx) => {
    const error = { code: "refused_input", message: "Refused.", retryable: true, at: 0 };
    for (let index = 1; index < PIECES; index += 1) {
      const startMs = index * piece.durationMs;
      const state = "failed" as const;
      await ctx.db.insert("audioChunks", { ...piece, index, startMs, state, error, refusals: 2 });
      await insertText(ctx, person, { lectureId, index, startMs, state });
    }
    const lengthMs = PIECES * piece.durationMs;
    await ctx.db.patch("jobs", job._id, {
      counts: { ...job.counts, chunks: PIECES, failed: PIECES - 1 },
      ...{ receivedMs: lengthMs, settledMs: lengthMs, endMs: lengthMs, settledEnd: PIECES },
    });
  });
  await person.as.mutation(api.lectures.retry, { lectureId });
  await world.settle();
  return lectureId;
}

async function insertText(
  ctx: MutationCtx,
  { userId: ownerId }: Person,
  row: Pick<Doc<"transcriptChunks">, "lectureId" | "index" | "startMs" | "state">,
): Promise<void> {
  const rest = { overlapMs: 0, segments: [], searchText: "" };
  await ctx.db.insert("transcriptChunks", { ...row, ...rest, ownerId, endMs: row.startMs + 1 });
}

async function operator(world: World, person: Person): Promise<void> {
  const lectureId = await world.record(person, { pieces: 8, clientKey: "operator" });
  await world.until(async () =>
    (await world.rows("audioChunks")).some((chunk) => chunk.state === "leased"),
  );
  await world.t.mutation(internal.jobs.cancel, { lectureId });
  await world.t.mutation(internal.jobs.requeue, { lectureId });
  await world.t.mutation(internal.jobs.sweep, {});
  await world.settle();
}

async function text(world: World, person: Person): Promise<void> {
  const lectureId = await world.create(person, "text", "text");
  const chunks = Array.from({ length: 16 }, (_, index) => {
    const [startMs, endMs] = [index * 300_000, (index + 1) * 300_000];
    const said = `Lesson ${index} is about the flame, its wax and the air around it.`;
    return { startMs, endMs, segments: [{ startMs, endMs, text: said }] };
  });
  await person.as.mutation(api.uploads.addTranscriptChunks, { lectureId, firstIndex: 0, chunks });
  await world.finish(person, lectureId, 16, 300_000);
  await world.settle();
}

/** Old histories, abandoned uploads, files of nobody, transfers that nobody came for. */
async function brooms(world: World, person: Person, lectureId: Id<"lectures">): Promise<void> {
  await world.t.run(async (ctx) => {
    for (let at = 0; at < 900; at += 1) {
      await ctx.db.insert("jobEvents", { lectureId, at, attempt: 1, type: "seed", detail: "x" });
    }
    for (let at = 0; at < 150; at += 1) {
      const secretHash = `secret ${at}`;
      await ctx.db.insert("transfers", { secretHash, fromUserId: person.userId, expiresAt: at });
    }
    for (let at = 0; at < 150; at += 1) await ctx.storage.store(new Blob([`${at}`]));
  });
  for (let at = 0; at < 45; at += 1) {
    const abandoned = await world.create(person, `abandoned ${at}`);
    if (at % 2 === 0) await world.addPiece(person, abandoned, 0);
  }
  await world.settle();
  world.clock.jump(31 * DAY_MS);
  const { sweep } = internal.pipeline;
  await world.t.mutation(sweep.histories, {});
  await world.t.mutation(sweep.abandoned, {});
  await world.t.mutation(sweep.files, { cursor: null });
  await world.t.mutation(sweep.transfers, {});
  await world.settle();
}

/** Somebody tries Lectern without an account, keeps the library, and leaves. */
async function people(world: World): Promise<void> {
  const guest = await world.signUp();
  await guest.as.query(api.auth.isAuthenticated, {});
  for (let at = 0; at < 120; at += 1) await world.create(guest, `guest ${at}`);
  const lectureId = await world.create(guest, "guest");
  await world.t.run(async (ctx) => {
    for (let index = 0; index < PIECES; index += 1) {
      const row = { lectureId, index, startMs: index, state: "transcribed" as const };
      await insertText(ctx, guest, row);
    }
  });
  const member = await world.signUp({ email: "member@example.org" });
  const { secret } = await guest.as.mutation(api.account.startTransfer, {});
  await member.as.mutation(api.account.finishTransfer, { secret });
  await world.settle();
  await member.as.mutation(api.account.remove, {});
  await world.settle();
}
