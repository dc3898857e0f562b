// What the server runs and sends for open screens while a job of 200 pieces runs: a library of 50 lectures, and the
// lecture's own page with all of its transcript in view. Counted on the server and on the WebSocket.
import { ConvexReactClient } from "convex/react";
import { describe, expect, it } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { TranscriptFeed } from "../../src/features/lecture/transcript/TranscriptFeed.ts";
import { timelineParts } from "../../src/features/jobs/timelineParts.ts";
import type { TestAccount } from "../harness/client.ts";
import { scriptedLecture, spokenSeconds } from "../harness/scriptedLecture.ts";
import { Wire } from "../harness/wire.ts";
import { holdAnswers } from "../provider/server.ts";
import { openStage } from "./openStage.ts";

const PIECES = 200;
const SHOWN_LECTURES = 50;
/** For what comes within milliseconds, on a machine that may be busy. */
const WAIT = { timeout: 60_000 };
const lecture = scriptedLecture({ chunkCount: PIECES, chunkSeconds: 45 });

// Slow enough that pieces end one after the other and not in heaps.
const { provider, deployed, account } = await openStage({ latencyMs: 40 });

function open(wire: Wire): ConvexReactClient {
  const client = new ConvexReactClient(deployed.url, {
    ...{ skipConvexDeploymentUrlCheck: true, logger: false, unsavedChangesWarning: false },
    webSocketConstructor: wire.socket,
  });
  client.setAuth(account.fetchToken);
  return client;
}

describe("the screens that show a job of 200 pieces", () => {
  it("get what has changed, once", async () => {
    for (let other = 1; other < SHOWN_LECTURES; other += 1) {
      await account.createLecture({ title: `Lecture ${other}` });
    }
    const lectureId = await account.createLecture({ title: "The long one" });

    const libraryWire = new Wire();
    const library = open(libraryWire);
    const page = { paginationOpts: { numItems: SHOWN_LECTURES, cursor: null } };
    const list = library.watchQuery(api.lectures.list, page);
    const stopList = list.onUpdate(() => {});
    await expect.poll(() => list.localQueryResult()?.page.length, WAIT).toBe(SHOWN_LECTURES);

    const sent = new Map<number, number>();
    const pageWire = new Wire((name, value) => {
      if (name !== "transcripts:range") return;
      for (const { index } of value as { index: number }[]) {
        sent.set(index, (sent.get(index) ?? 0) + 1);
      }
    });
    const pageClient = open(pageWire);
    const stopPage = showLecture(pageClient, lectureId);

    const storyWire = new Wire();
    const storyClient = open(storyWire);
    const stopStory = showStory(storyClient, lectureId);

    const { runs, end } = deployed.countRuns();
    // Everything is sent before the first answer, so that the shown percent moves as often as it can.
    const release = holdAnswers(provider);
    for (const [index, piece] of lecture.pieces.entries()) {
      await account.sendPiece(lectureId, index, piece);
    }
    await account.finish(lectureId, PIECES, PIECES * 45_000);
    release();
    expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
    await expect.poll(() => list.localQueryResult()?.page[0]?.state, WAIT).toBe("ready");
    await expect.poll(() => sent.size, WAIT).toBe(PIECES);
    await expect.poll(() => runs.get("pipeline/write.js:finish"), WAIT).toBe(1);
    await end();
    const transcript = await account.transcript(lectureId);
    expect(spokenSeconds(transcript)).toEqual(lecture.seconds);
    for (const stop of [stopList, stopPage, stopStory]) stop();
    await Promise.all([library.close(), pageClient.close(), storyClient.close()]);

    const textBytes = Buffer.byteLength(JSON.stringify(transcript));
    print(`library: ${runs.get("lectures.js:list")} runs of its query`, libraryWire);
    print(`lecture page: transcript of ${textBytes} bytes`, pageWire);

    print("what happened, with the picture of all pieces", storyWire);

    // The library: when the shown percent, stage or state has moved, and not for each of 200 pieces.
    expect(runs.get("lectures.js:list")).toBeLessThanOrEqual(100);
    expect(libraryWire.of("lectures:list").updates).toBeLessThanOrEqual(101);
    // The transcript: each piece once, in about the bytes that it has; no query of a piece runs for another.
    expect([...sent.values()].filter((times) => times !== 1)).toEqual([]);
    expect(pageWire.of("transcripts:range").bytes).toBeLessThan(1.5 * textBytes);
    // Twice for each, before and after it is there; a run that a write overtakes is made again.
    expect(runs.get("transcripts.js:range")).toBeLessThanOrEqual(2.1 * PIECES);
    // All of the page together: no more than a few times what it shows in the end.
    expect(pageWire.receivedBytes).toBeLessThan(4 * textBytes);
    // The picture moves with every piece that begins or ends; only the part around it is sent.
    const { updates, bytes } = storyWire.of("jobs:chunkTimeline");
    expect(bytes / updates).toBeLessThan(5000);
  });
});

/** Subscribes to what the lecture's page does, with every piece near the eye; how to leave the page. */
function showLecture(
  client: ConvexReactClient,
  lectureId: Awaited<ReturnType<TestAccount["createLecture"]>>,
): () => void {
  const feed = new TranscriptFeed((range) =>
    client.watchQuery(api.transcripts.range, { lectureId, ...range }),
  );
  const details = client.watchQuery(api.lectures.get, { lectureId });
  const stops = [
    client.watchQuery(api.lectures.marks, { lectureId }).onUpdate(() => {}),
    client.watchQuery(api.notes.get, { lectureId }).onUpdate(() => {}),
    client.watchQuery(api.notes.drafts, { lectureId }).onUpdate(() => {}),
    details.onUpdate(() => {
      const shown = details.localQueryResult();
      if (!shown) return;
      const near = new Set(Array.from({ length: shown.transcriptChunkCount }, (_, at) => at));
      feed.setNear(near, shown.state === "receiving" || shown.state === "processing");
    }),
    () => feed.dispose(),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Subscribes to what "What happened" does. */
function showStory(
  client: ConvexReactClient,
  lectureId: Awaited<ReturnType<TestAccount["createLecture"]>>,
): () => void {
  const stops = [client.watchQuery(api.jobs.get, { lectureId }).onUpdate(() => {})];
  for (const part of timelineParts(0, PIECES)) {
    const timeline = client.watchQuery(api.jobs.chunkTimeline, { lectureId, ...part });
    stops.push(timeline.onUpdate(() => {}));
  }
  return () => {
    for (const stop of stops) stop();
  };
}

function print(title: string, wire: Wire): void {
  console.log(`${title}; ${wire.receivedBytes} bytes received`);
  for (const [query, { updates, bytes }] of wire.all()) {
    console.log(`  ${query}: ${updates} updates, ${bytes} bytes`);
  }
}
