// The main job, whole: a recording with the microphone, several pieces, transcript and notes, every screen live.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signalWav } from "../browser/signal.ts";
import { askingRequests, exportedTranscript, visit, type Visitor } from "../harness/visitor.ts";
import { tellOnFailure } from "../harness/tellOnFailure.ts";
import { startWorld, type World } from "../harness/world.ts";
import { secondsInText } from "../provider/hear.ts";

const RECORDED_SECONDS = 130;

let world: World;

beforeAll(async () => {
  world = await startWorld({ microphone: signalWav({ seconds: 600 }) });
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
    await page.getByRole("timer", { name: "Recorded time" }).getByText("0:20").waitFor();
    await page.getByRole("button", { name: "Mark as important" }).click();
    await page
      .getByRole("timer", { name: "Recorded time" })
      .getByText(`2:${String(RECORDED_SECONDS - 120).padStart(2, "0")}`)
      .waitFor({ timeout: 180_000 });
    // Pieces were transcribed while it went on.
    expect(
      world.provider.calls.filter((call) => call.kind === "transcription").length,
    ).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(/\/lecture\//);
    await page.getByRole("heading", { name: "Key takeaways" }).waitFor({ timeout: 60_000 });

    const calls = world.provider.calls.filter((call) => call.kind === "transcription");
    expect(calls.length).toBeGreaterThanOrEqual(3);
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

describe("a recording that is stopped at once", () => {
  it("says that there was nothing to keep, and leaves nothing", async () => {
    const visitor = await visit(world.browser, world.lectern.url, { path: "/record" });
    const { page } = visitor;
    await page.getByRole("button", { name: "Start recording" }).click();
    const stop = page.getByRole("button", { name: "Stop" });
    await stop.click();
    await page.getByText(/Nothing was recorded/).waitFor();
    await page.goto(world.lectern.url);
    await page.getByRole("link", { name: "Choose a file" }).waitFor();
    await visitor.close();
  });
});
