// What providers do wrong, and what becomes of a lecture then. Each fault is a test of its own.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { json, refusal, type ProviderCall, type Script } from "../../test/pipeline/provider.ts";
import { expectAtRest, expectWhole } from "../../test/pipeline/invariants.ts";
import { saidIn, World, type Person } from "../../test/pipeline/world.ts";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";
import { transcriptionTimeoutMs } from "../ai/timeouts.ts";
import { MAX_ATTEMPTS, MAX_CIRCUIT_OPENINGS } from "../model/backoff.ts";

let world: World;
let person: Person;
beforeEach(async () => {
  world = await World.create();
  person = await world.signUp();
});
afterEach(() => world.close());

/** Plays a fault for the first `times` calls about a piece (any piece by default). */
function faulty(fault: Script, times: number, index?: number): Script {
  let left = times;
  return (call) => {
    if (call.kind !== "transcription" || (index !== undefined && call.index !== index)) return;
    if (left === 0) return undefined;
    left -= 1;
    return fault(call);
  };
}

async function eventsOf(lectureId: Id<"lectures">): Promise<string[]> {
  const rows = await world.rows("jobEvents");
  return rows.filter((row) => row.lectureId === lectureId).map((row) => row.type);
}

describe("a fault that passes", () => {
  const faults: Record<string, Script> = {
    "a 500": () => refusal(500),
    "a 503": () => refusal(503),
    "a 408": () => refusal(408),
    "a 409": () => refusal(409),
    "a rate limit": () => refusal(429),
    "a rate limit with Retry-After": () => refusal(429, { "Retry-After": "7" }),
    "half a body": () =>
      new Response('{"text": "half a', { headers: { "Content-Type": "application/json" } }),
    "an HTML page": () =>
      new Response("<html>Bad gateway</html>", { headers: { "Content-Type": "text/html" } }),
    "no connection": () => Promise.reject(new TypeError("fetch failed")),
    "a call that hangs": (call) => world.provider.hold(call).until,
  };

  it.each(Object.keys(faults))("costs one more call and nothing else: %s", async (name) => {
    world.provider.script = faulty(faults[name] as Script, 1, 2);
    const lectureId = await world.record(person, { pieces: 5 });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(5));
    expect(world.provider.heard()).toHaveLength(6);
    expect(await eventsOf(lectureId)).toContain("chunk.retry");
    const timeline = await person.as.query(api.jobs.chunkTimeline, {
      ...{ lectureId, fromIndex: 0, limit: 10 },
    });
    expect(timeline.map(({ attempts }) => attempts)).toEqual([1, 1, 2, 1, 1]);
  });

  it("is waited for as long as the provider asks", async () => {
    const startedAt: number[] = [];
    world.provider.script = (call) => {
      if (call.index === 1) startedAt.push(Date.now());
      return startedAt.length === 1 && call.index === 1
        ? refusal(429, { "Retry-After": "90" })
        : undefined;
    };
    await world.record(person, { pieces: 3 });
    await world.settle();
    const [first = 0, second = 0] = startedAt;
    expect(second - first).toBeGreaterThanOrEqual(90_000);
    expect(second - first).toBeLessThanOrEqual(92_000);
  });

  it("leaves the piece out after six calls, and the notes say which minutes are missing", async () => {
    world.provider.script = faulty(() => refusal(500), Infinity, 1);
    const lectureId = await world.record(person, { pieces: 4 });
    await world.settle();
    expect(world.provider.heard().filter((index) => index === 1)).toHaveLength(MAX_ATTEMPTS);
    const notes = await person.as.query(api.notes.get, { lectureId });
    expect(notes?.missing).toMatch(/0:45 to 1:30/u);
    expect((await world.job(lectureId)).status).toBe("completed");
    await expectAtRest(world);
  });

  it("fails a lecture of one piece with the provider's words, and Retry goes on", async () => {
    world.provider.script = faulty(() => refusal(500), MAX_ATTEMPTS);
    const lectureId = await world.record(person, { pieces: 1 });
    await world.settle();
    const job = await person.as.query(api.jobs.get, { lectureId });
    expect(job).toMatchObject({
      status: "failed",
      error: { code: "provider_down", retryable: true },
    });
    expect(job?.error?.message).toContain("provider.test");
    await expectAtRest(world);
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(1));
  });

  it("ends a call that hangs when its time is over", async () => {
    world.provider.script = faulty((call) => world.provider.hold(call).until, 1, 0);
    const lectureId = await world.record(person, { pieces: 1 });
    const before = Date.now();
    await world.until(async () => (await eventsOf(lectureId)).includes("chunk.retry"));
    expect(Date.now() - before).toBe(transcriptionTimeoutMs(45_000));
  });
});

describe("a provider that is down for every piece", () => {
  it("opens the circuit after three pieces; one call finds out; then all lanes go on", async () => {
    world.provider.script = faulty(() => refusal(503), 5);
    const lectureId = await world.record(person, { pieces: 12 });
    await world.until(async () => (await world.job(lectureId)).status === "paused");
    const paused = await person.as.query(api.jobs.get, { lectureId });
    expect(paused?.resumeAt).toBeGreaterThan(Date.now());
    const before = world.provider.calls.length;
    await world.until(async () => (await world.job(lectureId)).circuitOpenings === 2);
    expect(world.provider.calls.length - before).toBeLessThanOrEqual(2);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(12));
    const pieces = await world.rows("audioChunks");
    expect(pieces.filter((piece) => piece.attempts > 2)).toEqual([]);
  });

  it("fails the job after many waits, with everything kept for a retry", async () => {
    let isDown = true;
    world.provider.script = () => (isDown ? refusal(502) : undefined);
    const lectureId = await world.record(person, { pieces: 8 });
    await world.settle();
    const job = await world.job(lectureId);
    expect(job).toMatchObject({ status: "failed", error: { code: "provider_down" } });
    expect(world.provider.calls.length).toBeLessThan(MAX_CIRCUIT_OPENINGS + 12);
    expect(job.counts.failed).toBe(0);
    await expectAtRest(world);
    isDown = false;
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(8));
  });

  it("never leaves a piece out because of rate limits, however many there are", async () => {
    let isLimited = true;
    world.provider.script = ({ index }) => (index === 1 && isLimited ? refusal(429) : undefined);
    const lectureId = await world.record(person, { pieces: 4 });
    await world.settle();
    expect(await world.job(lectureId)).toMatchObject({
      ...{
        status: "failed",
        error: { code: "rate_limited" },
        counts: { transcribed: 3, failed: 0 },
      },
    });
    isLimited = false;
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(4));
  });

  it.each([undefined, "3"])("takes a storm of rate limits, Retry-After %s", async (seconds) => {
    let calls = 0;
    world.provider.script = () => {
      calls += 1;
      const isTurnedAway = calls % 4 !== 0;
      return isTurnedAway ? refusal(429, seconds ? { "Retry-After": seconds } : {}) : undefined;
    };
    const lectureId = await world.record(person, { pieces: 10 });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(10));
  });
});

describe("an account error", () => {
  const errors: [string, Response, string][] = [
    ["a key that is refused", refusal(401), "key_refused"],
    ["a key that may not", refusal(403), "not_allowed"],
    ["no credit", refusal(429, {}, "insufficient_quota"), "out_of_quota"],
    ["an unknown model", refusal(404, {}, "model_not_found"), "unknown_model"],
  ];

  it.each(errors)("pauses the job at once and says what to do: %s", async (_, answer, code) => {
    let isBroken = true;
    world.provider.script = () => (isBroken ? answer.clone() : undefined);
    const lectureId = await world.record(person, { pieces: 9 });
    await world.settle();
    const lecture = await person.as.query(api.lectures.get, { lectureId });
    expect(lecture).toMatchObject({ state: "paused", problem: { code } });
    expect(lecture?.problem?.message).toContain("Retry");
    expect(world.provider.calls.length).toBeLessThanOrEqual(4);
    await expectAtRest(world);
    isBroken = false;
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(9));
  });

  it("of the writer pauses too, with the transcript kept", async () => {
    vi.stubEnv("NOTES_BASE_URL", "http://provider.test/v1");
    vi.stubEnv("NOTES_MODEL", "test-writer");
    let isBroken = true;
    world.provider.script = ({ kind }) => (kind === "chat" && isBroken ? refusal(401) : undefined);
    const lectureId = await world.record(person, { pieces: 4 });
    await world.settle();
    expect(await world.job(lectureId)).toMatchObject({ status: "paused", stage: "writing" });
    expect(await world.transcript(lectureId)).toBe(saidIn(4));
    isBroken = false;
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(4));
    expect(world.provider.heard()).toHaveLength(4);
  });
});

describe("audio that is refused", () => {
  it("is left out after one retry; the rest becomes notes with a warning", async () => {
    world.provider.script = faulty(() => refusal(400), Infinity, 2);
    const lectureId = await world.record(person, { pieces: 5 });
    await world.settle();
    expect(world.provider.heard().filter((index) => index === 2)).toHaveLength(2);
    const lecture = await person.as.query(api.lectures.get, { lectureId });
    expect(lecture?.state).toBe("ready");
    expect(lecture?.warning).toMatch(/1:30 to 2:15/u);
  });

  it("everywhere fails the job with the reason", async () => {
    world.provider.script = () => refusal(400);
    const lectureId = await world.record(person, { pieces: 3 });
    await world.settle();
    expect(await world.job(lectureId)).toMatchObject({
      ...{ status: "failed", error: { code: "refused_input" }, counts: { failed: 3 } },
    });
    await expectAtRest(world);
  });

  it("because its file is missing in storage is not tried again", async () => {
    const lectureId = await world.record(person, { pieces: 3 });
    const [piece] = await world.rows("audioChunks");
    await world.t.run(async (ctx) => {
      if (piece) await ctx.storage.delete(piece.storageId);
    });
    await world.settle();
    expect(world.provider.heard().toSorted()).toEqual([1, 2]);
    const lecture = await person.as.query(api.lectures.get, { lectureId });
    expect(lecture?.warning).toMatch(/0:00 to 0:45\. The audio of this part is missing/u);
  });
});

describe("a transcription that makes things up", () => {
  const answers: Record<string, (call: ProviderCall) => Response> = {
    "empty text": () => json({ text: "", segments: [] }),
    "a loop": () => {
      const loop = "Thanks for watching. ".repeat(40);
      return json({
        text: loop,
        segments: [
          {
            id: 0,
            start: 0,
            end: 45,
            text: loop,
            avg_logprob: -1.4,
            compression_ratio: 9.5,
            no_speech_prob: 0.8,
          },
        ],
      });
    },
  };

  it.each(Object.keys(answers))("puts nothing into the notes: %s", async (name) => {
    world.provider.script = faulty(answers[name] as Script, Infinity, 1);
    const lectureId = await world.record(person, { pieces: 3 });
    await world.settle();
    const text = await world.transcript(lectureId);
    expect(text).not.toContain("watching");
    expect((await world.job(lectureId)).counts).toMatchObject({ transcribed: 2, skipped: 1 });
  });

  it("out of range or order keeps the transcript in order and inside of its piece", async () => {
    world.provider.script = faulty(
      ({ spoken }) => {
        const segments = (spoken?.sentences ?? []).map((text, id) => ({
          ...{ id, text, start: 900 - id * 40, end: 20 - id },
        }));
        return json({ text: spoken?.sentences.join(" "), segments });
      },
      Infinity,
      1,
    );
    const lectureId = await world.record(person, { pieces: 3 });
    await world.settle();
    const rows = await world.rows("transcriptChunks");
    for (const row of rows) {
      let clockMs = row.startMs;
      for (const segment of row.segments) {
        expect(segment.startMs).toBeGreaterThanOrEqual(clockMs);
        expect(segment.endMs).toBeLessThanOrEqual(row.endMs);
        clockMs = segment.startMs;
      }
    }
    expect((await world.job(lectureId)).status).toBe("completed");
  });
});

describe("a language model that answers badly", () => {
  beforeEach(() => {
    vi.stubEnv("NOTES_BASE_URL", "http://provider.test/v1");
    vi.stubEnv("NOTES_MODEL", "test-writer");
  });

  function chatAnswer(content: string): Response {
    return json({
      ...{ id: "chat", object: "chat.completion", created: 0, model: "test-writer" },
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  }

  it.each([
    ["invalid JSON", "Here are your notes!"],
    ["another shape", '{"notes": 7}'],
    ["nothing", ""],
  ])("leaves an outline that says so: %s", async (_, content) => {
    world.provider.script = ({ kind }) => (kind === "chat" ? chatAnswer(content) : undefined);
    const lectureId = await world.record(person, { pieces: 4 });
    await world.settle();
    const notes = await person.as.query(api.notes.get, { lectureId });
    expect(notes?.writer.kind).toBe("offline");
    expect(notes?.fallbackReason ?? "").not.toBe("");
    expect(await eventsOf(lectureId)).toContain("window.outlined");
    await expectWhole(world, lectureId, saidIn(4));
  });

  it("is tried again while it is down, and the window is written once", async () => {
    let left = 4;
    world.provider.script = ({ kind }) =>
      kind === "chat" && (left -= 1) >= 0 ? refusal(503) : undefined;
    const lectureId = await world.record(person, { pieces: 4 });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(4));
    expect((await world.job(lectureId)).counts.windowsWritten).toBe(1);
  });

  it("fails the job in the end when it stays down, and Retry writes without hearing again", async () => {
    let isDown = true;
    world.provider.script = ({ kind }) => (kind === "chat" && isDown ? refusal(503) : undefined);
    const lectureId = await world.record(person, { pieces: 4 });
    await world.settle();
    expect(await world.job(lectureId)).toMatchObject({ status: "failed", stage: "writing" });
    await expectAtRest(world);
    isDown = false;
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(4));
    expect(world.provider.heard()).toHaveLength(4);
  });
});
