// `npm start -- --lan`: a phone in the same network, by https, everything through one origin.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../browser/chromium.ts";
import { signalWav } from "../browser/signal.ts";
import { recordedFor } from "../harness/recordedTime.ts";
import { phone } from "../harness/visitor.ts";

let dataDir: string;
let lectern: ChildProcess;
let printed = "";
let url: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const origins = new Set<string>();
const sockets: string[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "lectern-lan-"));
  const microphoneFile = join(dataDir, "microphone.wav");
  await writeFile(microphoneFile, signalWav({ seconds: 60 }));
  lectern = spawn(
    process.execPath,
    // The loopback address stands for the one in the network; nothing else may be listened on in a test.
    ["scripts/start.ts", "--lan", "--name", "127.0.0.1", "--host", "127.0.0.1", "--port", "0"],
    {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        LECTERN_DATA: dataDir,
        LECTERN_SPEECH_MODELS_URL: "http://127.0.0.1:1",
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  url = await new Promise<string>((resolve, reject) => {
    const read = (data: Buffer) => {
      printed += data.toString();
      const address = /Lectern is ready at (\S+)/u.exec(printed)?.[1];
      if (address) resolve(address);
    };
    lectern.stdout?.on("data", read);
    lectern.stderr?.on("data", read);
    lectern.once("exit", () => reject(new Error(`It ended instead of starting:\n${printed}`)));
  });
  browser = await launchChromium({ microphoneFile });
  // What a person does at the browser's warning.
  context = await browser.newContext({ viewport: phone, ignoreHTTPSErrors: true });
  page = await context.newPage();
  page.on("request", (request) => origins.add(new URL(request.url()).origin));
  page.on("websocket", (socket) => sockets.push(new URL(socket.url()).origin));
});

afterAll(async () => {
  await browser.close();
  const ended = once(lectern, "exit");
  lectern.kill("SIGINT");
  await ended;
  await rm(dataDir, { recursive: true });
});

describe("a phone in the same network", () => {
  it("gets an https address, a code to scan, and the certificate to trust", async () => {
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/u);
    expect(printed).toMatch(/▄{7}|▀{7}/u);
    expect(printed.trimEnd().endsWith(`Lectern is ready at ${url}`)).toBe(true);
    const authority = await context.request.get(`${url}/lectern-authority.crt`);
    expect(authority.headers()["content-type"]).toBe("application/x-x509-ca-cert");
    expect(await authority.text()).toContain("BEGIN CERTIFICATE");
  });

  it("records, sends and sees its lecture, all through that one origin", async () => {
    await page.goto(`${url}/record`);
    expect(await page.evaluate(() => window.isSecureContext)).toBe(true);
    await page.getByRole("button", { name: "Start recording" }).click();
    await recordedFor(page, 5);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(/\/lecture\//u);
    // The piece is stored by its upload address, and the job hears of it over the socket. The model
    // for speech to text can't be downloaded here, so the job says what to do.
    await page
      .getByText(/The speech model \S+ could not be downloaded/u)
      .first()
      .waitFor();
    expect([...origins]).toEqual([url]);
    expect(new Set(sockets)).toEqual(new Set([url.replace("https:", "wss:")]));
  });
});
