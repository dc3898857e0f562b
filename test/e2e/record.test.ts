// The main job, whole: a recording with the microphone, several pieces, transcript and notes, every screen live.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signalWav } from "../browser/signal.ts";
import { askingRequests, exportedTranscript, visit, type Visitor } from "../harness/visitor.ts";
import { recordedFor } from "../harness/recordedTime.ts";
import { tellOnFailure } from "../harness/tellOnFailure.ts";
import { startWorld, type World } from "../harness/world.ts";
import { secondsInText } from "../provider/hear.ts";

/** Longer than the first piece, which ends in a pause after 45 s or more: so there is a seam, and a piece after it. */
const RECORDED_SECONDS = 70;

let world: World;

beforeAll(async () => {
  world = await startWorld({ microphone: signalWav({ seconds: 300 }) });
});

afterAll(async () => {
  await world.close();
});

describe("a recording with the microphone", () => {
  let visitor: Visitor;

  beforeAll(async () => {
    visitor = await visit(world.browser, world.lectern.url, { path: "/record" });
  });

  afterAll(async () => {
    await visitor.close();
  });

  it("becomes a transcript without a lost or doubled second, and notes, without anything being polled", async () => {
    const { page } = visitor;
    tellOnFailure(world, visitor);
    await page.getByRole("button", { name: "Start recording" }).click();
    await page.getByRole("status").getByText("Recording", { exact: true }).waitFor();
    await page.getByText("Transcribed").waitFor();
    await recordedFor(page, 20);
    await page.getByRole("button", { name: "Mark as important" }).click();
    await recordedFor(page, RECORDED_SECONDS);
    // The first piece is transcribed while it goes on.
    const transcriptions = () =>
      world.provider.calls.filter((call) => call.kind === "transcription");
    await expect.poll(() => transcriptions().length).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(/\/lecture\//);
    await page.getByRole("heading", { name: "Key takeaways" }).waitFor({ timeout: 60_000 });

    expect(transcriptions().length).toBeGreaterThanOrEqual(2);
    const seconds = secondsInText(await exportedTranscript(page));
    const first = seconds[0] ?? 0;
    // The microphone needs a moment to open; from then on every second is there, once, in order.
    expect(first).toBeLessThan(20);
    expect(seconds.length).toBeGreaterThanOrEqual(RECORDED_SECONDS - 2);
    expect(seconds).toEqual(seconds.map((_, index) => first + index));

    expect(askingRequests(visitor.scriptRequests)).toEqual([]);
    expect(visitor.errors).toEqual([]);
  });

  it("is there for the same account in a second window, and after the server was started anew", async () => {
    const second = await visitor.context.newPage();
    await second.goto(visitor.page.url());
    await second.getByRole("heading", { name: "Key takeaways" }).waitFor();
    const notes = await second.getByRole("main").innerText();
    await world.lectern.kill();
    await world.lectern.restart();
    await second.reload();
    await second.getByRole("heading", { name: "Key takeaways" }).waitFor();
    expect(await second.getByRole("main").innerText()).toBe(notes);
    await second.close();
  });
});

describe("a recording that is stopped before any sound has come", () => {
  it("says that there was nothing to keep, and leaves nothing", async () => {
    const visitor = await visit(world.browser, world.lectern.url);
    const { page } = visitor;
    // However fast Stop is pressed, a real microphone may have been faster.
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = async () => {
        const standing = new AudioContext();
        await standing.suspend();
        return standing.createMediaStreamDestination().stream;
      };
    });
    await page.goto(new URL("/record", world.lectern.url).href);
    await page.getByRole("button", { name: "Start recording" }).click();
    const stop = page.getByRole("button", { name: "Stop" });
    await stop.click();
    await page.getByText(/Nothing was recorded/).waitFor();
    await page.goto(world.lectern.url);
    await page.getByRole("link", { name: "Choose a file" }).waitFor();
    await visitor.close();
  });
});
