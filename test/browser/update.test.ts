// A new version of the app waits for the person: it never cuts a recording off, and it is offered when none is made.
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import sirv from "sirv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandPath, exitCode, startNode } from "../../scripts/run.ts";
import { launchChromium } from "./chromium.ts";

let folder: string;
let server: Server;
let url: string;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-update-"));
  await buildInto(folder);
  // The app's files and no backend: none is needed for recording.
  const serve = sirv(folder, { dev: true, single: true });
  server = createServer((request, response) => serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchChromium();
  context = await browser.newContext();
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** As a process of its own: inside of the test runner it would be a build for tests. */
async function buildInto(outDir: string): Promise<void> {
  const { NODE_ENV: _, ...env } = process.env;
  const args = ["build", "--logLevel=error", "--emptyOutDir", `--outDir=${outDir}`];
  const code = await exitCode(startNode(commandPath("vite"), args, { env }));
  if (code !== 0) throw new Error("The web app could not be built; the lines above say why.");
}

describe("a new version", () => {
  it("waits while a recording is made, and is taken when the person wants it", async () => {
    const page = await context.newPage();
    await page.goto(`${url}/record`);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.getByRole("button", { name: "Start recording" }).click();
    const clock = page.getByRole("timer", { name: "Recorded time" });
    await clock.getByText("0:01").waitFor();

    await appendFile(join(folder, "serviceWorker.js"), "\n// the next version\n");
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const installed = new Promise<void>((resolve) => {
        registration.addEventListener("updatefound", () => {
          const { installing } = registration;
          installing?.addEventListener("statechange", () => {
            if (installing.state === "installed") resolve();
          });
        });
      });
      await registration.update();
      await installed;
    });
    await clock.getByText("0:04").waitFor();
    expect(await page.getByText("A new version of Lectern is ready.").count()).toBe(0);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(`${url}/`);

    const next = await context.newPage();
    await next.goto(url);
    await next.getByText("A new version of Lectern is ready.").waitFor();
    const reloaded = next.waitForEvent("load");
    await next.getByRole("button", { name: "Load it" }).click();
    await reloaded;
    await next.getByRole("region", { name: "On this device" }).waitFor();
    const waiting = await next.evaluate(
      async () => (await navigator.serviceWorker.ready).waiting !== null,
    );
    expect(waiting).toBe(false);
  });
});
