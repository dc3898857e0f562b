// `npm run bench`: the figures a user feels. How long from Stop to finished notes, what the pipeline adds to the
// provider's own time, and how soon a change is on another person's screen.
import { launchChromium } from "../browser/chromium.ts";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel.js";
import { TestAccount } from "../harness/client.ts";
import { startLectern, type Lectern } from "../harness/lectern.ts";
import { scriptedLecture, type ScriptedLecture } from "../harness/scriptedLecture.ts";
import { laptop, visit } from "../harness/visitor.ts";
import { providerSettings } from "../harness/world.ts";
import { startProvider } from "../provider/server.ts";
import { idealScheduleMs } from "./idealSchedule.ts";
import { against, heading, line, median, quantile, shownMs } from "./report.ts";

const LATENCY_MS = 1_000;
const FRAME_MS = 1000 / 60;

const provider = await startProvider({ latencyMs: LATENCY_MS });
const lectern = await startLectern({ env: providerSettings(provider) });
try {
  line(
    "from `npm start` to its ready line (web app already built or not)",
    shownMs(lectern.startedInMs),
  );
  await benchStopToNotes(lectern);
  await benchOverhead(lectern);
  await benchCommitToPaint(lectern);
} finally {
  await lectern.close();
  await provider.close();
}

async function benchStopToNotes({ url }: Lectern) {
  heading(
    `From Stop to finished notes, a live lecture in pieces of 45 s, provider ${LATENCY_MS} ms a call`,
  );
  const took: number[] = [];
  for (const minutes of [5, 60, 240]) {
    const account = await TestAccount.create(url);
    const chunkCount = Math.ceil((minutes * 60) / 45);
    const lecture = scriptedLecture({ chunkCount, chunkSeconds: 45 });
    const ms = await stopToNotes(account, lecture);
    took.push(ms);
    // One call for the last piece, one for the last window, one for the merge.
    line(`${minutes} minutes (${chunkCount} pieces)`, against(ms, 3 * LATENCY_MS, "three calls"));
    await account.close();
  }
  const spread = Math.max(...took) / Math.min(...took);
  line("longest against shortest lecture", `${spread.toFixed(2)} times (aim: at most 1.2)`);
}

/** Everything but the last piece was sent and worked on while the lecture went on; then Stop. */
async function stopToNotes(account: TestAccount, lecture: ScriptedLecture): Promise<number> {
  provider.script.latencyMs = 0;
  const lectureId = await account.createLecture({ source: "recording" });
  const last = lecture.pieces.length - 1;
  for (let index = 0; index < last; index += 1) {
    const piece = lecture.pieces[index];
    if (piece) await account.sendPiece(lectureId, index, piece);
  }
  await account.waitForJob(lectureId, (job) => job.counts.transcribed === last, 600_000);
  await settled(() => provider.calls.every((call) => call.endedAtMs !== undefined));
  provider.script.latencyMs = LATENCY_MS;
  const piece = lecture.pieces[last];
  if (!piece) throw new Error("The lecture has no pieces.");
  const stoppedAt = performance.now();
  await account.sendPiece(lectureId, last, piece);
  await account.finish(lectureId, last + 1, piece.startMs + piece.durationMs);
  const job = await account.waitForEnd(lectureId, 120_000);
  if (job.status !== "completed") throw new Error(`The job ended as ${job.status}.`);
  return performance.now() - stoppedAt;
}

/** Until nothing has been asked for half a second: the windows of the part so far are written. */
async function settled(isQuiet: () => boolean): Promise<void> {
  for (let quietSince = Date.now(), seen = -1; Date.now() - quietSince < 500;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (!isQuiet() || provider.calls.length !== seen) quietSince = Date.now();
    seen = provider.calls.length;
  }
}

async function benchOverhead({ url }: Lectern) {
  heading(`A 90-minute file of 18 pieces, provider ${LATENCY_MS} ms a call, 4 lanes`);
  const lecture = scriptedLecture({ chunkCount: 18, chunkSeconds: 300 });
  const account = await TestAccount.create(url);
  let release = () => {};
  provider.script.hold = new Promise<void>((resolve) => (release = resolve));
  const lectureId = await account.sendLecture(lecture.pieces);
  const startedAt = performance.now();
  provider.script.hold = undefined;
  release();
  await account.waitForEnd(lectureId, 600_000);
  const idealMs = idealScheduleMs({
    chunks: lecture.chunks,
    lanes: 4,
    transcriptionMs: LATENCY_MS,
    windowMs: LATENCY_MS,
    mergeMs: LATENCY_MS,
  });
  line("last upload to notes", against(performance.now() - startedAt, idealMs, "ideal"));
  await account.close();
}

async function benchCommitToPaint({ url }: Lectern) {
  heading("From a change's commit to its pixels in another window of the same account");
  const browser = await launchChromium();
  try {
    const visitor = await visit(browser, url, { viewport: laptop });
    const { page } = visitor;
    await page.getByRole("button", { name: "Try a sample lecture" }).click();
    await page.waitForURL(/\/lecture\//);
    await page.getByRole("heading", { name: "Key takeaways" }).waitFor();
    const lectureId = new URL(page.url()).pathname.split("/").at(-1) as Id<"lectures">; // as the app made it
    const account = await TestAccount.ofPage(url, page);
    const samples: { acknowledgedMs: number; paintedMs: number }[] = [];
    for (let round = 0; round < 30; round += 1) {
      const title = `Round ${round}`;
      const painted = page.evaluate(untilPainted, title);
      const sentAt = performance.timeOrigin + performance.now();
      await account.http.mutation(api.lectures.updateDetails, { lectureId, title });
      const acknowledgedAt = performance.timeOrigin + performance.now();
      samples.push({
        acknowledgedMs: acknowledgedAt - sentAt,
        paintedMs: (await painted) - sentAt,
      });
    }
    const acknowledged = median(samples.map(({ acknowledgedMs }) => acknowledgedMs));
    const paints = samples.map(({ paintedMs }) => paintedMs);
    line("mutation sent to acknowledged, median", shownMs(acknowledged));
    line(
      "mutation sent to painted elsewhere, median",
      against(median(paints), acknowledged + FRAME_MS, "acknowledged plus one frame"),
    );
    line("the slowest of twenty", shownMs(quantile(paints, 0.95)));
  } finally {
    await browser.close();
  }
}

/** Runs in the page: the moment (ms since 1970) of the first frame that shows `title` as the heading. */
function untilPainted(title: string): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.querySelector("h1")?.textContent !== title) return false;
      observer.disconnect();
      // The frame after the change has been put on the screen when the next one begins.
      requestAnimationFrame(() => {
        requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
      });
      return true;
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  });
}
