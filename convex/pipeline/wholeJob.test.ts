// A whole job, from the first piece to the notes, with a provider that answers from what it hears.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { audioOf, json } from "../../test/pipeline/provider.ts";
import { saidIn, World, type Person } from "../../test/pipeline/world.ts";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";

let world: World;
let person: Person;
beforeEach(async () => {
  world = await World.create();
  person = await world.signUp();
});
afterEach(() => world.close());

function withModel() {
  vi.stubEnv("NOTES_BASE_URL", "http://provider.test/v1");
  vi.stubEnv("NOTES_MODEL", "test-writer");
}

async function expectAtRest() {
  expect(world.clock.pending).toBe(0);
  expect((await world.rows("callSlots")).filter((slot) => slot.token !== undefined)).toEqual([]);
  expect(await world.rows("callQueue")).toEqual([]);
}

describe("a finished recording", () => {
  it("becomes a transcript in order and notes, with nothing left scheduled", async () => {
    const lectureId = await world.record(person, { pieces: 40 });
    await world.settle();

    const lecture = await person.as.query(api.lectures.get, { lectureId });
    expect(lecture).toMatchObject({
      ...{ state: "ready", stage: "done", progress: 100, hasNotes: true },
      ...{ isReceiving: false, audioPieceCount: 40, transcriptChunkCount: 40, language: "en" },
      durationMs: 30 * 60_000,
    });
    expect(await world.transcript(lectureId)).toBe(saidIn(40));
    expect(world.provider.heard().toSorted((a, b) => a - b)).toEqual([...Array(40).keys()]);

    const notes = await person.as.query(api.notes.get, { lectureId });
    expect(notes?.sections.length).toBeGreaterThan(1);
    expect(notes?.writer.kind).toBe("offline");
    expect(lecture?.title).toBe(notes?.title);
    expect(await person.as.query(api.notes.drafts, { lectureId })).toEqual([]);
    const job = await person.as.query(api.jobs.get, { lectureId });
    expect(job).toMatchObject({
      ...{ status: "completed", attempt: 1, progress: 100 },
      counts: { chunks: 40, transcribed: 40, skipped: 0, failed: 0 },
      usage: { audioSeconds: 1800, calls: 40 },
    });
    await expectAtRest();
  });

  it("has notes one window call and one merge call after Stop, whatever its length", async () => {
    withModel();
    const callsAfterStop: number[] = [];
    for (const pieces of [16, 60]) {
      const lectureId = await world.create(person, `${pieces}`);
      for (let index = 0; index < pieces; index += 1)
        await world.addPiece(person, lectureId, index);
      await world.settle();
      const before = world.provider.calls.length;
      await world.finish(person, lectureId, pieces);
      await world.settle();
      expect((await world.job(lectureId)).status).toBe("completed");
      callsAfterStop.push(world.provider.calls.length - before);
    }
    expect(Math.max(...callsAfterStop)).toBeLessThanOrEqual(2);
    await expectAtRest();
  });

  it("gives the model's name, and the tokens that it took", async () => {
    withModel();
    const lectureId = await world.record(person, { pieces: 20 });
    await world.settle();
    const notes = await person.as.query(api.notes.get, { lectureId });
    expect(notes?.writer).toMatchObject({ kind: "model", name: "test-writer at provider.test" });
    const job = await person.as.query(api.jobs.get, { lectureId });
    expect(job?.engines).toEqual({
      transcription: "test-transcriber at provider.test",
      notes: "test-writer at provider.test",
    });
    expect(job?.usage.inputTokens).toBeGreaterThan(0);
  });
});

describe("a recording that goes on", () => {
  it("has its transcript and its first sections before it is stopped", async () => {
    const lectureId = await world.create(person, "live");
    for (let index = 0; index < 20; index += 1) await world.addPiece(person, lectureId, index);
    await world.settle();
    expect(await world.transcript(lectureId)).toBe(saidIn(20));
    const drafts = await person.as.query(api.notes.drafts, { lectureId });
    expect(drafts[0]?.sections.length).toBeGreaterThan(0);
    const lecture = await person.as.query(api.lectures.get, { lectureId });
    expect(lecture).toMatchObject({ state: "receiving", isReceiving: true, hasNotes: false });
    expect(lecture?.progress).toBeLessThanOrEqual(10);
  });

  it("can be continued after its end, in a new session, and its notes are brought up to date", async () => {
    const lectureId = await world.record(person, { pieces: 14 });
    await world.settle();
    const before = await person.as.query(api.notes.get, { lectureId });
    const next = await person.as.mutation(api.lectures.continueRecording, { lectureId });
    expect(next).toEqual({ session: 1, nextIndex: 14, startMs: 14 * 45_000 });
    for (let index = 14; index < 30; index += 1) {
      await world.addPiece(person, lectureId, index, { session: 1 });
    }
    await world.finish(person, lectureId, 30);
    await world.settle();
    const after = await person.as.query(api.notes.get, { lectureId });
    expect(after?.version).toBe(2);
    expect(after?.sections.at(-1)?.endMs).toBeGreaterThan(14 * 45_000);
    expect(after?.sections[0]?.startMs).toBe(before?.sections[0]?.startMs);
    expect(world.provider.heard()).toHaveLength(30);
    await expectAtRest();
  });
});

describe("a lecture from text", () => {
  async function addText(lectureId: Id<"lectures">, chunks: number) {
    await person.as.mutation(api.uploads.addTranscriptChunks, {
      lectureId,
      firstIndex: 0,
      chunks: Array.from({ length: chunks }, (_, index) => ({
        startMs: index * 300_000,
        endMs: (index + 1) * 300_000,
        segments: Array.from({ length: 30 }, (__, at) => ({
          startMs: index * 300_000 + at * 10_000,
          endMs: index * 300_000 + (at + 1) * 10_000,
          text: `The candle teaches lesson ${index * 30 + at} about wax, air and the flame itself.`,
        })),
      })),
    });
  }

  it("becomes notes without any provider", async () => {
    vi.stubEnv("TRANSCRIPTION_BASE_URL", "");
    const lectureId = await world.create(person, "text", "captions");
    await addText(lectureId, 6);
    await addText(lectureId, 6);
    await world.finish(person, lectureId, 6, 300_000);
    await world.settle();
    const lecture = await person.as.query(api.lectures.get, { lectureId });
    expect(lecture).toMatchObject({ state: "ready", audioPieceCount: 0, transcriptChunkCount: 6 });
    expect(world.provider.calls).toEqual([]);
    await expectAtRest();
  });
});

describe("silence", () => {
  const silent = (index: number) => ({
    blob: audioOf({ durationMs: 45_000, sentences: [] }),
    index,
  });

  it("is skipped where it stands between speech", async () => {
    const lectureId = await world.create(person, "pause");
    await world.addPiece(person, lectureId, 0);
    await world.addPiece(person, lectureId, 1, silent(1));
    await world.addPiece(person, lectureId, 2);
    await world.finish(person, lectureId, 3);
    await world.settle();
    expect((await world.job(lectureId)).counts).toMatchObject({ transcribed: 2, skipped: 1 });
    const range = await person.as.query(api.transcripts.range, {
      ...{ lectureId, fromIndex: 0, toIndex: 16 },
    });
    expect(range.map((chunk) => chunk.state)).toEqual(["transcribed", "skipped", "transcribed"]);
  });

  it("alone fails the job with a sentence, and Retry listens again", async () => {
    const lectureId = await world.create(person, "silence");
    await world.addPiece(person, lectureId, 0, silent(0));
    await world.finish(person, lectureId, 1);
    await world.settle();
    const lecture = await person.as.query(api.lectures.get, { lectureId });
    expect(lecture).toMatchObject({ state: "failed", problem: { code: "no_speech" } });
    world.provider.script = () =>
      json({
        text: "So there was a word.",
        segments: [{ id: 0, start: 0, end: 4, text: "So there was a word." }],
      });
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    expect((await world.job(lectureId)).status).toBe("completed");
  });
});

describe("a deployment without a speech service", () => {
  it("keeps the audio, says what to set, and goes on when Retry is pressed", async () => {
    vi.stubEnv("TRANSCRIPTION_BASE_URL", "");
    const lectureId = await world.record(person, { pieces: 3 });
    await world.settle();
    const lecture = await person.as.query(api.lectures.get, { lectureId });
    expect(lecture).toMatchObject({ state: "paused", problem: { code: "no_transcription" } });
    expect(lecture?.problem?.message).toContain("OPENAI_API_KEY");
    const pieces = await person.as.query(api.transcripts.audio, {
      ...{ lectureId, fromIndex: 0, limit: 100 },
    });
    expect(pieces).toHaveLength(3);
    vi.stubEnv("TRANSCRIPTION_BASE_URL", "http://provider.test/v1");
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    expect((await world.job(lectureId)).status).toBe("completed");
    expect(await world.transcript(lectureId)).toBe(saidIn(3));
  });
});
