// Notes that are there before the lecture is over: a recording of twenty minutes goes on, and its page shows the sections.
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestAccount } from "../harness/client.ts";
import { scriptedLecture, spokenSeconds } from "../harness/scriptedLecture.ts";
import { tellOnFailure } from "../harness/tellOnFailure.ts";
import { askingRequests, laptop, visit } from "../harness/visitor.ts";
import { startWorld, type World } from "../harness/world.ts";

const lecture = scriptedLecture({ chunkCount: 28, chunkSeconds: 45 });

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  await world.close();
});

it("shows sections while the recording goes on, and the whole after it, without being reloaded", async () => {
  const visitor = await visit(world.browser, world.lectern.url, { viewport: laptop });
  const { page } = visitor;
  tellOnFailure(world, visitor);
  await page.getByRole("button", { name: "Try a sample lecture" }).waitFor();
  // The same person's other device records; its pieces come as fast as they can be sent.
  const recorder = await TestAccount.ofPage(world.lectern.url, page);
  const lectureId = await recorder.createLecture({ source: "recording" });
  await page.goto(new URL(`/lecture/${lectureId}`, world.lectern.url).href);
  await page.getByText("The notes begin to appear here").waitFor();
  const asked = visitor.scriptRequests.length;

  const last = lecture.pieces.length - 1;
  for (const [index, piece] of lecture.pieces.slice(0, last).entries()) {
    await recorder.sendPiece(lectureId, index, piece);
  }
  const sections = page.locator("[data-section-start]");
  await expect.poll(() => sections.count(), { timeout: 60_000 }).toBeGreaterThanOrEqual(1);
  await page.getByText("The summary comes last").waitFor();
  // Nothing has ended: the recording is still coming in.
  const job = await recorder.waitForJob(lectureId, ({ counts }) => counts.transcribed === last);
  expect(job).toMatchObject({ status: "receiving" });
  expect(await page.getByRole("heading", { name: "Key takeaways" }).count()).toBe(0);

  const lastPiece = lecture.pieces[last];
  if (!lastPiece) throw new Error("The lecture has no pieces.");
  await recorder.sendPiece(lectureId, last, lastPiece);
  await recorder.finish(lectureId, last + 1, lastPiece.startMs + lastPiece.durationMs);
  await page.getByRole("heading", { name: "Key takeaways" }).waitFor({ timeout: 60_000 });
  expect(spokenSeconds(await recorder.transcript(lectureId))).toEqual(lecture.seconds);
  expect(askingRequests(visitor.scriptRequests.slice(asked))).toEqual([]);
  expect(visitor.errors).toEqual([]);
  await recorder.close();
  await visitor.close();
});
