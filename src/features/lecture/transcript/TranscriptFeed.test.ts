import { describe, expect, it } from "vitest";
import type { ChunkRange } from "./subscriptions.ts";
import { TranscriptFeed, type FeedChunk } from "./TranscriptFeed.ts";

const chunk = (index: number, text = "words"): FeedChunk => ({
  index,
  startMs: index * 45_000,
  endMs: (index + 1) * 45_000,
  segments: [{ startMs: index * 45_000, endMs: index * 45_000 + 1_000, text }],
  state: "transcribed",
});

/** A server whose chunks can be added, and which counts how often each one is sent. */
function fakeServer() {
  const chunks = new Map<number, FeedChunk>();
  const open = new Map<ChunkRange, () => void>();
  const sent: number[] = [];
  return {
    sent,
    open: () => [...open.keys()].map((range) => `${range.fromIndex}-${range.toIndex}`).sort(),
    add(added: FeedChunk) {
      chunks.set(added.index, added);
      for (const [range, changed] of open) {
        if (added.index >= range.fromIndex && added.index < range.toIndex) changed();
      }
    },
    watchRange: (range: ChunkRange) => {
      let result: FeedChunk[] | undefined;
      const compute = () => {
        result = [...chunks.values()].filter(
          (each) => each.index >= range.fromIndex && each.index < range.toIndex,
        );
        sent.push(...result.map((each) => each.index));
      };
      return {
        onUpdate(changed: () => void) {
          open.set(range, () => {
            compute();
            changed();
          });
          compute();
          return () => open.delete(range);
        },
        localQueryResult: () => result,
      };
    },
  };
}

describe("a transcript that grows while it is read", () => {
  it("is sent chunk by chunk, each once", () => {
    const server = fakeServer();
    const feed = new TranscriptFeed(server.watchRange);
    feed.setNear(new Set([0, 1, 2, 3]), true);
    for (const index of [0, 2, 1, 3]) server.add(chunk(index));
    expect(server.sent).toEqual([0, 2, 1, 3]);
    expect([0, 1, 2, 3].map((index) => feed.chunk(index)?.index)).toEqual([0, 1, 2, 3]);
  });

  it("is not sent again when the job ends", () => {
    const server = fakeServer();
    const feed = new TranscriptFeed(server.watchRange);
    feed.setNear(new Set([0, 1]), true);
    server.add(chunk(0));
    server.add(chunk(1));
    feed.setNear(new Set([0, 1]), false);
    expect(server.sent).toEqual([0, 1]);
  });

  it("tells only those who show the chunk that changed", () => {
    const server = fakeServer();
    const feed = new TranscriptFeed(server.watchRange);
    const heard: number[] = [];
    for (const index of [0, 1]) feed.subscribe(index, () => heard.push(index));
    feed.setNear(new Set([0, 1]), true);
    server.add(chunk(1));
    expect(heard).toEqual([1]);
  });
});

describe("a finished transcript", () => {
  it("is read in ranges, and what is scrolled away keeps its text without a subscription", () => {
    const server = fakeServer();
    for (let index = 0; index < 60; index += 1) server.add(chunk(index));
    const feed = new TranscriptFeed(server.watchRange);
    feed.setNear(new Set([0, 1]), false);
    expect(server.open()).toEqual(["0-16"]);
    feed.setNear(new Set([45]), false);
    expect(server.open()).toEqual(["32-48"]);
    expect(feed.chunk(0)).toBeDefined();
  });

  it("shows a correction made elsewhere", () => {
    const server = fakeServer();
    server.add(chunk(0));
    const feed = new TranscriptFeed(server.watchRange);
    feed.setNear(new Set([0]), false);
    server.add(chunk(0, "corrected"));
    expect(feed.chunk(0)?.segments[0]?.text).toBe("corrected");
  });

  it("stops all subscriptions when the page is left", () => {
    const server = fakeServer();
    const feed = new TranscriptFeed(server.watchRange);
    feed.setNear(new Set([0, 30]), false);
    feed.dispose();
    expect(server.open()).toEqual([]);
  });
});
