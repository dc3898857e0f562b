// The pipeline's plain rules: waits, progress, what is missing, what it cost.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, circuitWaitMs } from "./backoff.ts";
import { sentenceOf } from "./missingMinutes.ts";
import { progressOf, stageOf, type ProgressFacts } from "./progress.ts";
import { normalizedSha256, randomToken, sha256Hex } from "./secrets.ts";
import { withTranscription, withWriting } from "./usage.ts";

describe("backoffMs", () => {
  it("is anything from nothing to twice the last ceiling, at most a minute", () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => backoffMs(failures, 1));
    expect(ceilings).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(backoffMs(5, 0)).toBe(0);
    expect(backoffMs(5, 0.5)).toBe(8000);
  });

  it("obeys the provider, with a second of chance on top", () => {
    expect(backoffMs(1, 0, 30_000)).toBe(30_000);
    expect(backoffMs(6, 0.9, 30_000)).toBe(31_000);
  });
});

describe("circuitWaitMs", () => {
  it("doubles up to ten minutes, and never goes below half, nor below what was asked", () => {
    expect(circuitWaitMs(1, 0)).toBe(2500);
    expect(circuitWaitMs(1, 1)).toBe(5000);
    expect(circuitWaitMs(3, 1)).toBe(20_000);
    expect(circuitWaitMs(20, 1)).toBe(600_000);
    expect(circuitWaitMs(1, 1, 3_600_000)).toBe(3_600_000);
  });
});

const facts: ProgressFacts = {
  ...{ status: "running", intake: "complete", chunks: 10, settledChunks: 5 },
  ...{ receivedMs: 600_000, settledMs: 300_000, endMs: 600_000, writtenToMs: 0 },
};

describe("progressOf", () => {
  it.each([
    [
      "nothing is here",
      { intake: "open", receivedMs: 0, settledChunks: 0, chunks: 0 },
      0,
      "receiving",
    ],
    ["half is transcribed", {}, 30, "transcribing"],
    ["all is transcribed", { settledChunks: 10, settledMs: 600_000 }, 50, "writing"],
    ["half is written", { settledChunks: 10, writtenToMs: 300_000 }, 70, "writing"],
    ["all is written", { settledChunks: 10, writtenToMs: 600_000 }, 90, "saving"],
    ["a quarter is written meanwhile", { writtenToMs: 150_000 }, 40, "transcribing"],
    ["it is done", { status: "completed" }, 100, "done"],
  ] as [string, Partial<ProgressFacts>, number, string][])(
    "when %s: %#",
    (_, some, percent, stage) => {
      expect(progressOf({ ...facts, ...some })).toBeCloseTo(percent, 6);
      expect(stageOf({ ...facts, ...some })).toBe(stage);
    },
  );

  it("stays within the first ten percent while pieces come, however much is done", () => {
    const open = { ...facts, intake: "open", settledMs: 6e6, receivedMs: 6e6 } as const;
    expect(progressOf(open)).toBeLessThan(10);
    expect(progressOf(open)).toBeGreaterThan(8);
  });

  it("never falls when something is added, and stays from 0 to 100", () => {
    const length = fc.integer({ min: 0, max: 86_400_000 });
    fc.assert(
      fc.property(length, length, length, length, (receivedMs, settledMs, writtenToMs, more) => {
        const some = { ...facts, receivedMs, settledMs, writtenToMs, endMs: receivedMs };
        const before = progressOf(some);
        expect(before).toBeGreaterThanOrEqual(0);
        expect(before).toBeLessThanOrEqual(100);
        expect(progressOf({ ...some, settledMs: settledMs + more })).toBeGreaterThanOrEqual(before);
        expect(progressOf({ ...some, writtenToMs: writtenToMs + more })).toBeGreaterThanOrEqual(
          before,
        );
      }),
    );
  });
});

describe("missing minutes", () => {
  it.each([
    ["nothing", [], undefined],
    [
      "one spot with its reason",
      [{ startMs: 60_000, endMs: 120_000, reason: "It was refused." }],
      "Missing from the transcript and the notes: 1:00 to 2:00. It was refused.",
    ],
    [
      "neighbours as one, in order, without a reason when there are several",
      [
        { startMs: 3_600_000, endMs: 3_660_000, reason: "B." },
        { startMs: 60_000, endMs: 90_000, reason: "A." },
        { startMs: 90_000, endMs: 120_000 },
      ],
      "Missing from the transcript and the notes: 1:00 to 2:00, 1:00:00 to 1:01:00.",
    ],
  ])("are told: %s", (_, spots, sentence) => {
    expect(sentenceOf(spots)).toBe(sentence);
  });

  it("are not listed without end", () => {
    const spots = Array.from({ length: 50 }, (_, at) => ({
      startMs: at * 9e4,
      endMs: at * 9e4 + 1e4,
    }));
    expect(sentenceOf(spots)).toMatch(/, and more\.$/u);
  });
});

describe("cost", () => {
  const none = {
    ...{ engines: {}, hasUnknownCost: false },
    usage: { audioSeconds: 0, inputTokens: 0, outputTokens: 0, calls: 0 },
  };

  it("adds up by the price table", () => {
    const heard = withTranscription(none, "gpt-transcribe at api.openai.com", {
      audioSeconds: 600,
    });
    expect(heard.usage.costUsd).toBeCloseTo(0.045, 6);
    const written = withWriting(heard, "gpt-6-luna at api.openai.com", {
      ...{ inputTokens: 1e6, outputTokens: 1e5, calls: 3 },
    });
    expect(written.usage).toMatchObject({ inputTokens: 1e6, outputTokens: 1e5, calls: 4 });
    expect(written.usage.costUsd).toBeCloseTo(0.045 + 0.15, 6);
    expect(written.hasUnknownCost).toBe(false);
  });

  it("is not told when a paid model has no known price, nor made up for one's own server", () => {
    const dear = withTranscription(none, "new-model at api.openai.com", { audioSeconds: 600 });
    expect(dear.hasUnknownCost).toBe(true);
    const own = withTranscription(none, "whisper-1 at 127.0.0.1:8000", { audioSeconds: 600 });
    expect(own).toMatchObject({
      hasUnknownCost: false,
      engines: { transcription: "whisper-1 at 127.0.0.1:8000" },
    });
    expect(own.usage.costUsd).toBeUndefined();
    const outline = withWriting(none, "Offline outline", {
      inputTokens: 0,
      outputTokens: 0,
      calls: 0,
    });
    expect(outline.usage.costUsd).toBeUndefined();
    expect(outline.hasUnknownCost).toBe(false);
  });
});

describe("secrets", () => {
  it("are long, fit in an address, and never come twice", () => {
    const tokens = new Set(Array.from({ length: 1000 }, randomToken));
    expect(tokens.size).toBe(1000);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{32}$/u);
  });

  it("are hashed alike, whichever way a backend writes a hash", async () => {
    const hex = await sha256Hex("abc");
    expect(hex).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(normalizedSha256(hex.toUpperCase())).toBe(hex);
    expect(normalizedSha256("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")).toBe(hex);
  });
});
