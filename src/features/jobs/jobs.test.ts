import { describe, expect, it } from "vitest";
import { chunkPicture, kindOf, type TimelineChunk } from "./chunkPicture.ts";
import { timelineParts } from "./timelineParts.ts";
import { costInWords, jobStory, piecesInWords, type StoryJob } from "./jobStory.ts";

const chunk = (change: Partial<TimelineChunk>): TimelineChunk => ({
  index: 0,
  startMs: 0,
  durationMs: 45_000,
  state: "transcribed",
  attempts: 1,
  receivedAt: 1_000_000,
  ...change,
});

describe("the picture of the chunks over time", () => {
  it("is nothing without chunks", () => {
    expect(chunkPicture([], 0)).toBeUndefined();
  });
  it("shows how long each waited and how long it took, against the whole", () => {
    const picture = chunkPicture(
      [
        chunk({ receivedAt: 1_000_000, startedAt: 1_000_000, finishedAt: 1_004_000 }),
        chunk({ index: 1, receivedAt: 1_002_000, startedAt: 1_004_000, finishedAt: 1_008_000 }),
      ],
      9_999_999,
    );
    expect(picture?.spanMs).toBe(8_000);
    expect(picture?.rows[1]?.bars).toEqual([
      { kind: "waiting", from: 0.25, length: 0.25 },
      { kind: "done", from: 0.5, length: 0.5 },
    ]);
  });
  it("lets what runs and what waits grow until now", () => {
    const picture = chunkPicture(
      [
        chunk({ state: "leased", receivedAt: 0, startedAt: 5_000 }),
        chunk({ index: 1, state: "ready", receivedAt: 0, attempts: 1, startedAt: 2_000 }),
      ],
      10_000,
    );
    expect(picture?.rows.map((row) => row.bars)).toEqual([
      [
        { kind: "waiting", from: 0, length: 0.5 },
        { kind: "running", from: 0.5, length: 0.5 },
      ],
      [{ kind: "waiting", from: 0, length: 1 }],
    ]);
  });
  it.each([
    [8_000, ["0 s", "2 s", "4 s", "6 s"]],
    [90 * 60_000, ["0 min", "30 min", "60 min"]],
    [5 * 3_600_000, ["0 h", "2 h", "4 h"]],
  ])("has round marks along %i ms", (spanMs, labels) => {
    const picture = chunkPicture([chunk({ receivedAt: 0, startedAt: 0, finishedAt: spanMs })], 0);
    expect(picture?.ticks.map((tick) => tick.label)).toEqual(labels);
  });
});

describe("the parts in which the pieces are asked for", () => {
  it.each([
    [0, 0, [0]],
    [0, 25, [0]],
    [0, 60, [0, 25, 50]],
    [200, 260, [200, 225, 250]],
    [0, 1000, [0, 25, 50, 75, 100, 125, 150, 175]],
  ])("from piece %i of %i begin at %j", (fromIndex, chunkCount, starts) => {
    const parts = timelineParts(fromIndex, chunkCount);
    expect(parts).toEqual(starts.map((start) => ({ fromIndex: start, limit: 25 })));
  });
});

describe("what a chunk's bar is", () => {
  it.each([
    ["ready", 0, "waiting"],
    ["leased", 1, "running"],
    ["transcribed", 1, "done"],
    ["transcribed", 3, "retried"],
    ["skipped", 1, "skipped"],
    ["skipped", 0, "silent"],
    ["failed", 5, "failed"],
  ] as const)("%s after %i tries is %s", (state, attempts, kind) => {
    expect(kindOf({ state, attempts })).toBe(kind);
  });
});

describe("a job's story", () => {
  const now = new Date(2026, 10, 25, 14, 10).getTime();
  const job: StoryJob = {
    status: "completed",
    attempt: 1,
    createdAt: now - 600_000,
    startedAt: now - 300_000,
    finishedAt: now - 60_000,
    counts: { chunks: 18, transcribed: 16, skipped: 1, failed: 0, windows: 3, windowsWritten: 3 },
    usage: { audioSeconds: 10, inputTokens: 0, outputTokens: 0, calls: 1 },
  };
  it("says when it ended and how long it took", () => {
    expect(jobStory(job, now, "en-GB")).toBe(
      "Everything was done today, 14:09, 4 min after the work began.",
    );
  });
  it("says that it was taken up again", () => {
    expect(jobStory({ ...job, status: "running", attempt: 3 }, now, "en-GB")).toBe(
      "The work began today, 14:05 and has taken 5 min so far. It was taken up again twice.",
    );
  });
  it("says when a pause ends by itself", () => {
    const paused = { ...job, status: "paused" as const, resumeAt: now + 120_000 };
    expect(jobStory(paused, now, "en-GB")).toContain("goes on by itself today, 14:12");
    expect(jobStory({ ...paused, resumeAt: undefined }, now)).toBe("The work waits for you.");
  });
  it("counts the pieces", () => {
    expect(piecesInWords(job.counts)).toBe("18: 16 transcribed, 1 without speech, 1 to come");
    expect(piecesInWords({ ...job.counts, chunks: 0 })).toBe("none yet");
    expect(piecesInWords({ ...job.counts, chunks: 16, skipped: 0 })).toBe("all 16 transcribed");
    const waiting = { ...job.counts, transcribed: 0, skipped: 0 };
    expect(piecesInWords({ ...waiting, chunks: 9 })).toBe("all 9 to come");
    expect(piecesInWords({ ...waiting, chunks: 1 })).toBe("1 to come");
  });
  it.each([
    [undefined, undefined],
    [0, "nothing"],
    [0.004, "less than a cent (USD)"],
    [0.306, "$0.31"],
  ])("puts a cost of %s as %s", (cost, words) => {
    expect(costInWords(cost)).toBe(words);
  });
});
