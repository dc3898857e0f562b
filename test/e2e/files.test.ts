// Files of many minutes, cut in the browser; captions with no AI in reach; and bad input, refused where it is given.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { api } from "../../convex/_generated/api.js";
import {
  FIXTURE_SECONDS,
  longAudioFile,
  silentVideo,
  type FileKind,
} from "../harness/lectureFiles.ts";
import { TestAccount } from "../harness/client.ts";
import { exportedTranscript, visit, type Visitor } from "../harness/visitor.ts";
import { tellOnFailure } from "../harness/tellOnFailure.ts";
import { startWorld, type World } from "../harness/world.ts";
import { secondsInText } from "../provider/hear.ts";

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  await world.close();
});

describe("an audio file", () => {
  // One of the length of a lecture, the others long enough for several pieces: hearing them takes the test's provider long.
  it.each<[minutes: number, FileKind, string]>([
    [20, "mp3", "audio/mpeg"],
    [8, "m4a", "audio/mp4"],
    [8, "webm", "audio/webm"],
  ])(
    "of %i minutes, %s, is cut in the browser, and every second of it is transcribed once",
    async (minutes, kind, mimeType) => {
      const visitor = await visit(world.browser, world.lectern.url, { path: "/new" });
      const { page } = visitor;
      tellOnFailure(world, visitor);
      const before = world.provider.calls.length;
      await page.getByLabel("Choose files").setInputFiles({
        name: `lecture.${kind}`,
        mimeType,
        buffer: await longAudioFile(kind, minutes),
      });
      await page.getByRole("link", { name: "Open the lecture" }).click();
      await page.getByRole("heading", { name: "Key takeaways" }).waitFor({ timeout: 180_000 });

      const heard = world.provider.calls
        .slice(before)
        .filter(({ kind }) => kind === "transcription");
      expect(heard.length).toBeGreaterThanOrEqual(Math.floor(minutes / 5));
      const seconds = secondsInText(await exportedTranscript(page));
      expect(seconds).toEqual(seconds.map((_, index) => index % FIXTURE_SECONDS));
      expect(seconds.length).toBe(minutes * FIXTURE_SECONDS);
      expect(visitor.errors).toEqual([]);
      await visitor.close();
    },
  );
});

describe("bad input", () => {
  let visitor: Visitor;

  beforeAll(async () => {
    visitor = await visit(world.browser, world.lectern.url, { path: "/new" });
  });

  afterAll(async () => {
    await visitor.close();
  });

  const file = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer });

  it.each([
    ["an empty file", file("empty.mp3", "audio/mpeg", Buffer.alloc(0)), /empty/i],
    [
      "a text file named .mp3",
      file(
        "notes.mp3",
        "audio/mpeg",
        Buffer.from("These are my notes, and no sound at all.".repeat(50)),
      ),
      /mp3, m4a/i,
    ],
  ])("%s is refused with a sentence in its row", async (_, bad, sentence) => {
    await isRefused(bad, sentence);
  });

  it("a video with no audio track is refused before anything is sent", async () => {
    await isRefused(file("slides.webm", "video/webm", await silentVideo()), /without sound/);
  });

  async function isRefused(bad: ReturnType<typeof file>, sentence: RegExp) {
    const { page } = visitor;
    await page.goto(new URL("/new", world.lectern.url).href);
    await page.getByLabel("Choose files").setInputFiles(bad);
    await page.getByRole("alert").getByText(sentence).waitFor();
    await nothingIsLeft(page);
  }

  it("a transcript of 300,000 words is refused before anything is made", async () => {
    const { page } = visitor;
    await page.goto(new URL("/new", world.lectern.url).href);
    await page
      .getByRole("textbox", { name: "Transcript", exact: true })
      .fill("word ".repeat(300_000));
    await page.getByRole("button", { name: "Make notes" }).click();
    await page
      .getByRole("alert")
      .getByText(/300,000 words; at most 200,000 fit/)
      .waitFor();
    await nothingIsLeft(page);
  });

  it("a title of 10,000 characters is refused by the field and by the server", async () => {
    const { page } = visitor;
    await page.goto(new URL("/new", world.lectern.url).href);
    await page
      .getByRole("textbox", { name: "Transcript", exact: true })
      .fill("A candle is a light.");
    const title = page.getByRole("textbox", { name: "Title of the transcript" });
    await title.fill("t".repeat(10_000));
    const account = await TestAccount.create(world.lectern.url);
    await expect(
      account.http.mutation(api.lectures.create, {
        clientKey: crypto.randomUUID(),
        source: "text",
        recordedAt: Date.now(),
        title: "t".repeat(10_000),
      }),
    ).rejects.toThrow(/title/i);
    await account.close();
    await page.getByRole("button", { name: "Make notes" }).click();
    await page.getByText(/200 characters/).waitFor();
    expect(new URL(page.url()).pathname).toBe("/new");
    await nothingIsLeft(page);
  });

  async function nothingIsLeft(page: Page) {
    await page.goto(world.lectern.url);
    await page.getByRole("button", { name: "Try a sample lecture" }).waitFor();
  }
});
