/**
 * Records the known signal in a real browser while a test disturbs what is between it and a real server, then says what
 * has arrived there.
 */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { api } from "../../../convex/_generated/api.js";
import type { SegmenterLimits } from "../../../src/recorder/capture/segmenter.ts";
import { continuityOf, type Continuity } from "../../browser/engine/continuity.ts";
import { signalWav } from "../../browser/signal.ts";
import { TestAccount } from "../../harness/client.ts";
import { startLine, throughLine, type Line } from "../../harness/line.ts";
import { spokenSeconds } from "../../harness/scriptedLecture.ts";
import { startWorld, type World } from "../../harness/world.ts";

export type SendingWorld = World & { line: Line };

/** Something that happens when the lecture's clock shows a moment. */
export type Disturbance = { atMs: number; happens: () => Promise<void> | void };

export type Arrived = {
  /** Of the pieces, in order. */
  indexes: number[];
  continuity: Continuity;
  /** What the lecture's clock showed at the end. */
  recordedMs: number;
  /** How long the finished lecture is, as the server has it. */
  durationMs: number;
  /** The seconds of the signal that its transcript names, in order. */
  seconds: number[];
};

const PAGE_PATH = "/sending-test";
const MOST_PIECES = 50;

/** A server and a browser with a line between them that can be cut. */
export async function startSendingWorld(seconds: number): Promise<SendingWorld> {
  const line = await startLine();
  const world = await startWorld({
    microphone: signalWav({ seconds: seconds + 60 }),
    // A page that a test hands out comes from no address; Chromium would keep it away from this machine's own.
    chromium: { args: [throughLine(line), "--disable-features=LocalNetworkAccessChecks"] },
  });
  line.leadTo(Number(new URL(world.lectern.url).port));
  return {
    ...world,
    line,
    close: async () => {
      await world.close();
      await line.close();
    },
  };
}

export async function recordThrough(
  world: SendingWorld,
  options: {
    seconds: number;
    limits?: SegmenterLimits;
    disturbances: readonly Disturbance[];
    /** How long the rest may take to arrive after the recording. */
    arrivesWithinMs: number;
  },
): Promise<Arrived> {
  const { seconds, limits, disturbances, arrivesWithinMs } = options;
  const context = await world.browser.newContext();
  try {
    const page = await openPage(await context.newPage(), world.lectern.url);
    const token = await page.evaluate((chosen) => sending.begin(chosen), limits);
    for (const { atMs, happens } of [...disturbances].sort((a, b) => a.atMs - b.atMs)) {
      await clockShows(page, atMs);
      await happens();
    }
    await clockShows(page, seconds * 1000);
    const recordedMs = await page.evaluate(async () => {
      await sending.stop();
      return sending.clockMs();
    });
    await everythingIsSent(page, arrivesWithinMs);
    const arrived = await whatArrived(new TestAccount(world.lectern.url, token));
    return { recordedMs, ...arrived };
  } finally {
    await context.close();
  }
}

async function openPage(page: Page, url: string): Promise<Page> {
  const script = await bundle();
  await page.route(`**${PAGE_PATH}*`, (route) =>
    new URL(route.request().url()).pathname === PAGE_PATH
      ? route.fulfill({
          contentType: "text/html",
          body: `<!doctype html><script type="module" src="${PAGE_PATH}.js"></script>`,
        })
      : route.fulfill({ contentType: "text/javascript", body: script }),
  );
  await page.goto(new URL(PAGE_PATH, url).href);
  await page.waitForFunction(() => "sending" in globalThis);
  return page;
}

let bundled: Promise<string> | undefined;

function bundle(): Promise<string> {
  bundled ??= build({
    entryPoints: [fileURLToPath(new URL("./page.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    write: false,
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? "");
  return bundled;
}

async function clockShows(page: Page, ms: number): Promise<void> {
  await page.waitForFunction((atLeast) => sending.clockMs() >= atLeast, ms, {
    polling: 50,
    timeout: 240_000,
  });
}

async function everythingIsSent(page: Page, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    const unsent = await page.evaluate(() => sending.unsent());
    if (unsent.length === 0) return;
    if (performance.now() > until) throw new Error(`Not sent in time: ${unsent.join("; ")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function whatArrived(account: TestAccount): Promise<Omit<Arrived, "recordedMs">> {
  try {
    const paginationOpts = { numItems: 10, cursor: null };
    const { page: lectures } = await account.http.query(api.lectures.list, { paginationOpts });
    const [lecture] = lectures;
    if (!lecture || lectures.length > 1) throw new Error(`${lectures.length} lectures arrived.`);
    const pieces = await storedPieces(account, lecture._id);
    const job = await account.waitForEnd(lecture._id);
    if (job.status !== "completed") throw new Error(`The job ended as ${job.status}.`);
    const finished = await account.http.query(api.lectures.get, { lectureId: lecture._id });
    return {
      indexes: pieces.map(({ index }) => index),
      continuity: await continuityOf(pieces),
      durationMs: finished?.durationMs ?? 0,
      seconds: spokenSeconds(await account.transcript(lecture._id)),
    };
  } finally {
    await account.close();
  }
}

type StoredPiece = { index: number; startMs: number; mimeType: string; bytes: Uint8Array };

async function storedPieces(
  account: TestAccount,
  lectureId: Parameters<TestAccount["transcript"]>[0],
): Promise<StoredPiece[]> {
  const pieces: StoredPiece[] = [];
  for (;;) {
    const fromIndex = (pieces.at(-1)?.index ?? -1) + 1;
    const args = { lectureId, fromIndex, limit: MOST_PIECES };
    const page = await account.http.query(api.transcripts.audio, args);
    for (const { index, startMs, mimeType, url } of page) {
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
      pieces.push({ index, startMs, mimeType, bytes });
    }
    if (page.length < MOST_PIECES) return pieces;
  }
}
