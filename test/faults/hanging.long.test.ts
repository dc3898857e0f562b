// A speech service that takes a piece and never answers, over real sockets and in real time: the call ends when its own
// time is over, the piece is tried again, and nothing waits longer than that.
import { expect, it } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { transcriptionTimeoutMs } from "../../convex/ai/timeouts.ts";
import { scriptedLecture, spokenSeconds } from "../harness/scriptedLecture.ts";
import { expectAtRest } from "./atRest.ts";
import { openStage } from "./openStage.ts";

const lecture = scriptedLecture({ chunkCount: 6, chunkSeconds: 15 });
const TIMEOUT_MS = transcriptionTimeoutMs(15_000);

const { provider, deployed, account } = await openStage({ latencyMs: 20 });

it("costs one call and its time limit, and no piece", async () => {
  let left = 2;
  provider.script.fault = () => ((left -= 1) >= 0 ? { kind: "hang" } : undefined);
  const startedAt = Date.now();
  const lectureId = await account.sendLecture(lecture.pieces, "A lecture");
  expect(await account.waitForEnd(lectureId, 3 * TIMEOUT_MS)).toMatchObject({
    status: "completed",
    counts: { transcribed: 6, failed: 0 },
  });
  const tookMs = Date.now() - startedAt;
  expect(spokenSeconds(await account.transcript(lectureId))).toEqual(lecture.seconds);
  expect(tookMs).toBeGreaterThanOrEqual(TIMEOUT_MS);
  expect(tookMs).toBeLessThan(2 * TIMEOUT_MS);
  const timeline = await account.http.query(api.jobs.chunkTimeline, {
    ...{ lectureId, fromIndex: 0, limit: 10 },
  });
  expect(timeline.filter(({ attempts }) => attempts === 2)).toHaveLength(2);
  await expectAtRest(deployed);
});
