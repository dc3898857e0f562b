// Captions become notes with no AI in reach at all, and the sample lecture with one click.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { laptop, visit } from "../harness/visitor.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;

beforeAll(async () => {
  // Speech is pointed at a port where nobody listens, so that no server of this machine can help either.
  world = await startWorld({ env: () => ({ TRANSCRIPTION_BASE_URL: "http://127.0.0.1:9/v1" }) });
});

afterAll(async () => {
  await world.close();
});

describe("without any AI", () => {
  it("captions become an outline whose parts lead to their moments", async () => {
    const visitor = await visit(world.browser, world.lectern.url, { path: "/new" });
    const { page } = visitor;
    await page.getByLabel("Choose files").setInputFiles({
      name: "candle.vtt",
      mimeType: "text/vtt",
      buffer: Buffer.from(captions),
    });
    await page.getByRole("link", { name: "Open the lecture" }).click();
    await page.getByRole("heading", { name: "Key takeaways" }).waitFor();
    await page
      .getByText(/Outline made offline/)
      .first()
      .waitFor();
    expect(world.provider.calls).toEqual([]);
    expect(visitor.errors).toEqual([]);
    await visitor.close();
  });

  it("the sample lecture goes through the whole pipeline with one click", async () => {
    const visitor = await visit(world.browser, world.lectern.url, { viewport: laptop });
    const { page } = visitor;
    await page.getByRole("button", { name: "Try a sample lecture" }).click();
    await page.waitForURL(/\/lecture\//);
    await page.getByRole("heading", { name: "Key takeaways" }).waitFor();
    await page.getByRole("heading", { name: "Definitions" }).waitFor();
    expect(visitor.errors).toEqual([]);
    await visitor.close();
  });
});

const sentences = [
  "A candle is a light made of tallow, wax or oil around a wick.",
  "Capillary attraction is the force that draws the melted wax up the wick.",
  "The heat of the flame melts the wax and forms a cup that is filled with fuel.",
  "The air that moves upward cools the sides, so the edge of the cup stays whole.",
  "When the fuel reaches the flame, it becomes vapour, and the vapour burns.",
  "If you blow out a candle cleverly, you see the vapour rise as a white smoke.",
  "Therefore a light held near the smoke runs back to the wick and lights it again.",
  "The brightest part of the flame is where solid particles of carbon glow.",
];

const captions = [
  "WEBVTT",
  ...Array.from({ length: 64 }, (_, index) => {
    const clock = (seconds: number) =>
      `00:${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}.000`;
    return `${clock(index * 6)} --> ${clock(index * 6 + 5)}\n${sentences[index % sentences.length]}`;
  }),
].join("\n\n");
