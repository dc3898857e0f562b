// A provider that misbehaves, over real sockets, against the whole server: every lecture ends, with nothing lost or made up.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { TestAccount } from "../harness/client.ts";
import { startLectern, type Lectern } from "../harness/lectern.ts";
import { scriptedLecture, spokenSeconds } from "../harness/scriptedLecture.ts";
import { providerSettings } from "../harness/world.ts";
import type { Fault } from "../provider/faults.ts";
import { startProvider, type Provider, type ProviderCall } from "../provider/server.ts";

const lecture = scriptedLecture({ chunkCount: 6, chunkSeconds: 60 });

let provider: Provider;
let lectern: Lectern;
let account: TestAccount;

beforeAll(async () => {
  provider = await startProvider({ latencyMs: 20 });
  lectern = await startLectern({ env: providerSettings(provider) });
  account = await TestAccount.create(lectern.url);
});

afterAll(async () => {
  await account.close();
  await lectern.close();
  await provider.close();
});

/** Plays `fault` for the first `times` calls of a kind from now on. */
function misbehave(kind: ProviderCall["kind"], fault: Fault, times: number): void {
  let left = times;
  provider.script.fault = (call) => (call.kind === kind && left-- > 0 ? fault : undefined);
}

async function run() {
  const lectureId = await account.sendLecture(lecture.pieces, "A lecture");
  const job = await account.waitForEnd(lectureId);
  const seconds = spokenSeconds(await account.transcript(lectureId));
  return { lectureId, job, seconds };
}

describe("speech to text that fails for a passing reason", () => {
  it.each<[string, Fault, number]>([
    ["500s", { kind: "status", status: 500 }, 2],
    ["a rate limit with Retry-After", { kind: "status", status: 429, retryAfter: "1" }, 2],
    ["a rate limit without Retry-After", { kind: "status", status: 429 }, 2],
    ["connections that break", { kind: "disconnect" }, 2],
    ["half a body", { kind: "half_body" }, 2],
    ["a gateway's page", { kind: "html" }, 2],
  ])("%s: the whole transcript in order, and notes", async (_, fault, times) => {
    misbehave("transcription", fault, times);
    const { job, seconds } = await run();
    expect(job).toMatchObject({ status: "completed", counts: { transcribed: 6, failed: 0 } });
    expect(seconds).toEqual(lecture.seconds);
  });

  it("is down for every piece: the job pauses by itself and goes on when it is back", async () => {
    misbehave("transcription", { kind: "status", status: 503 }, 6);
    const { job, seconds } = await run();
    expect(job).toMatchObject({ status: "completed" });
    expect(seconds).toEqual(lecture.seconds);
  });
});

describe("speech to text that makes things up", () => {
  it.each<[string, Fault]>([
    ["a hallucinated loop", { kind: "loop" }],
    ["no words", { kind: "empty_text" }],
  ])("%s: none of it is in the transcript, and the other pieces are", async (_, fault) => {
    misbehave("transcription", fault, 1);
    const { job, seconds, lectureId } = await run();
    expect(job.status).toBe("completed");
    const text = JSON.stringify(await account.transcript(lectureId));
    expect(text).not.toMatch(/thanks for watching/i);
    expect(seconds).toHaveLength((lecture.seconds.length / 6) * 5);
  });

  it("segments out of range and order are put inside of their piece", async () => {
    misbehave("transcription", { kind: "segments_out_of_range" }, 1);
    const { job, lectureId } = await run();
    expect(job.status).toBe("completed");
    for (const chunk of await account.transcript(lectureId)) {
      const starts = chunk.segments.map((segment) => segment.startMs);
      expect(starts).toEqual([...starts].sort((a, b) => a - b));
      for (const { startMs, endMs } of chunk.segments) {
        expect(startMs).toBeGreaterThanOrEqual(chunk.startMs);
        expect(endMs).toBeLessThanOrEqual(chunk.endMs);
      }
    }
  });
});

describe("audio that a provider refuses", () => {
  it("costs its own minutes; the notes say which are missing", async () => {
    const refused = 3;
    provider.script.fault = (call) =>
      call.kind === "transcription" && call.sizeBytes === lecture.pieces[refused]?.bytes.byteLength
        ? { kind: "status", status: 400, message: "Audio file might be corrupted or unsupported" }
        : undefined;
    // Only this piece has that size.
    const sizes = lecture.pieces.map((piece) => piece.bytes.byteLength);
    expect(sizes.filter((size) => size === sizes[refused])).toHaveLength(1);
    const { job, lectureId } = await run();
    expect(job).toMatchObject({ status: "completed", counts: { failed: 1, transcribed: 5 } });
    expect((await account.http.query(api.lectures.get, { lectureId }))?.warning).toMatch(/3:00/);
  });
});

describe("a key that is refused", () => {
  it("pauses with words that say what to do; Retry resumes without doing finished work again", async () => {
    provider.script.fault = (call) =>
      call.kind === "chat" ? { kind: "status", status: 401, code: "invalid_api_key" } : undefined;
    const lectureId = await account.sendLecture(lecture.pieces, "A lecture");
    const paused = await account.waitForJob(lectureId, (job) => job.status === "paused");
    expect(paused.error?.message).toMatch(/key/i);
    expect(paused.counts.transcribed).toBe(6);

    provider.script.fault = undefined;
    const heardBefore = provider.calls.filter(({ kind }) => kind === "transcription").length;
    await account.http.mutation(api.lectures.retry, { lectureId });
    expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
    expect(provider.calls.filter(({ kind }) => kind === "transcription")).toHaveLength(heardBefore);
  });
});

describe("a language model that answers badly", () => {
  it.each<[string, Fault, number, "model" | "offline"]>([
    ["invalid JSON once is repaired", { kind: "invalid_json" }, 1, "model"],
    ["another shape once is repaired", { kind: "wrong_schema" }, 1, "model"],
    [
      "invalid JSON always: the outline is made offline and says so",
      { kind: "invalid_json" },
      99,
      "offline",
    ],
    ["answers that are cut off always: the same", { kind: "too_long" }, 99, "offline"],
  ])("%s", async (_, fault, times, writer) => {
    misbehave("chat", fault, times);
    const { job, lectureId } = await run();
    expect(job.status).toBe("completed");
    const notes = await account.http.query(api.notes.get, { lectureId });
    expect(notes?.writer.kind).toBe(writer);
    expect(notes?.sections.length).toBeGreaterThan(0);
    if (writer === "offline") expect(notes?.fallbackReason).toBeTruthy();
  });
});

describe("servers that offer less than OpenAI", () => {
  it("transcribe without times and write in JSON mode: transcript and notes are as whole", async () => {
    provider.script = { ...provider.script, structuredOutputs: false, verboseJson: false };
    provider.script.fault = undefined;
    const { job, lectureId, seconds } = await run();
    expect(job.status).toBe("completed");
    expect(seconds).toEqual(lecture.seconds);
    const notes = await account.http.query(api.notes.get, { lectureId });
    expect(notes?.writer.kind).toBe("model");
    expect(notes?.fallbackReason).toBeUndefined();
    expect(notes?.sections.length).toBeGreaterThan(0);
  });
});
