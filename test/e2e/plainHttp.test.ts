// Over plain http from another device, where browsers give pages no microphone and less of everything: Lectern says so,
// and what needs no microphone works.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { visit, type Visitor } from "../harness/visitor.ts";
import { startWorld, type World } from "../harness/world.ts";

const HOST = "lectern.test";

let world: World;
let visitor: Visitor;
const at = (path: string) => {
  const url = new URL(path, world.lectern.url);
  url.hostname = HOST;
  return url.href;
};

beforeAll(async () => {
  world = await startWorld({
    chromium: { args: [`--host-resolver-rules=MAP ${HOST} 127.0.0.1`] },
  });
  visitor = await visit(world.browser, at("/"), { path: "/record" });
});
afterAll(async () => {
  await visitor.close();
  await world.close();
});

it("says that recording needs https, and how to get it", async () => {
  const { page } = visitor;
  await page.getByRole("heading", { name: "Recording is not possible here" }).waitFor();
  expect(await page.evaluate(() => window.isSecureContext)).toBe(false);
  await page.getByText("npm start -- --lan").waitFor();
});

it("takes a file all the same", async () => {
  const { page } = visitor;
  await page.getByRole("link", { name: "Bring an audio file" }).click();
  await page.getByLabel("Choose files").setInputFiles([
    { name: "empty.mp3", mimeType: "audio/mpeg", buffer: Buffer.alloc(0) },
    {
      name: "signal.mp3",
      mimeType: "audio/mpeg",
      buffer: await readFile(join(import.meta.dirname, "../fixtures/audio/signal.mp3")),
    },
  ]);
  await page.getByRole("alert").waitFor();
  await page.getByRole("link", { name: "Open the lecture" }).click();
  await page.getByRole("heading", { name: "Key takeaways" }).waitFor({ timeout: 120_000 });
  expect(visitor.errors).toEqual([]);
});
