// `npm run bench:pipeline`: what the pipeline adds to the provider's own time, how fair it is, and how fast it recovers.
//
// All configurations take about half an hour, because the provider really is as slow as it says. `--quick` runs the
// ones with a 1 s provider and 18 pieces; `--pieces 18 --latency 8000 --lanes 4` just the schedules of that kind.
import { parseArgs } from "node:util";
import { TestAccount } from "../harness/client.ts";
import { startLectern, type Lectern } from "../harness/lectern.ts";
import { scriptedLecture, spokenSeconds } from "../harness/scriptedLecture.ts";
import { startProvider, type Provider } from "../provider/server.ts";
import { idealScheduleMs } from "./idealSchedule.ts";
import { against, heading, line, shownMs } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    pieces: { type: "string" },
    latency: { type: "string" },
    lanes: { type: "string" },
  },
});
const isChosen = [options.pieces, options.latency, options.lanes].some((value) => value);

const LECTURE_SECONDS = 90 * 60;
const CAP = 8;

const provider = await startProvider();
try {
  await benchSchedules();
  if (!isChosen) {
    await benchFairness();
    await benchRecovery();
  }
} finally {
  await provider.close();
}

async function benchSchedules() {
  heading("A 90-minute lecture, all pieces uploaded: from the last upload to finished notes");
  for (const lanes of chosen(options.lanes, [1, 4, 8])) {
    const lectern = await start({ LECTERN_LANES: String(lanes) });
    try {
      for (const chunkCount of chosen(options.pieces, options.quick ? [18] : [18, 120])) {
        for (const latencyMs of chosen(options.latency, options.quick ? [1_000] : [8_000, 1_000])) {
          await benchSchedule(lectern, { lanes, chunkCount, latencyMs });
        }
      }
    } finally {
      await lectern.close();
    }
  }
}

function chosen(value: string | undefined, all: number[]): number[] {
  return value === undefined ? all : [Number(value)];
}

async function benchSchedule(
  lectern: Lectern,
  { lanes, chunkCount, latencyMs }: { lanes: number; chunkCount: number; latencyMs: number },
) {
  const lecture = scriptedLecture({ chunkCount, chunkSeconds: LECTURE_SECONDS / chunkCount });
  const account = await TestAccount.create(lectern.url);
  try {
    const lectureId = await account.createLecture();
    // Held back until everything is there, so that the upload is not part of the figure.
    const release = holdAnswers(latencyMs);
    for (const [index, piece] of lecture.pieces.entries()) {
      await account.sendPiece(lectureId, index, piece);
    }
    await account.finish(lectureId, chunkCount, LECTURE_SECONDS * 1000);
    const [startedAt, releasedAt] = [performance.now(), Date.now()];
    release();
    const job = await account.waitForEnd(lectureId, 1_800_000);
    const tookMs = performance.now() - startedAt;
    if (job.status !== "completed") throw new Error(`The job ended as ${job.status}.`);
    expectWhole(spokenSeconds(await account.transcript(lectureId)), lecture.seconds);
    const idealMs = idealScheduleMs({
      chunks: lecture.chunks,
      lanes,
      transcriptionMs: latencyMs,
      windowMs: latencyMs,
      mergeMs: latencyMs,
    });
    line(
      `${chunkCount} pieces, provider ${latencyMs / 1000} s, ${lanes} lane${lanes > 1 ? "s" : ""}`,
      against(tookMs, idealMs, "ideal"),
    );
    line("", await writesPerPiece(lectern, releasedAt, chunkCount));
  } finally {
    await account.close();
  }
}

/** How often the mutations that belong to pieces ran since a moment, by the server's log of functions. */
async function writesPerPiece(lectern: Lectern, sinceMs: number, pieces: number): Promise<string> {
  const response = await fetch(
    new URL(`/api/stream_function_logs?cursor=${sinceMs}`, lectern.url),
    { headers: { Authorization: `Convex ${await lectern.adminKey()}` } },
  );
  const { entries } = (await response.json()) as { entries: { identifier: string }[] }; // as the CLI reads it
  const perPiece = (name: string) =>
    (entries.filter(({ identifier }) => identifier === name).length / pieces).toFixed(2);
  // One save and one claim is the budget; what each of them writes is in convex/pipeline/economy.test.ts.
  return (
    `a piece: ${perPiece("pipeline/transcribe.js:save")} saves (budget 1), ` +
    `${perPiece("pipeline/dispatch.js:run")} runs of the dispatcher (claims, windows, looks without work), ` +
    `${perPiece("pipeline/watch.js:chunk")} looks of the watch`
  );
}

/** Calls wait until the release; each is answered one latency after that, or after its own arrival if that is later. */
function holdAnswers(latencyMs: number): () => void {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  provider.script.latencyMs = latencyMs;
  provider.script.hold = released;
  return () => {
    provider.script.hold = undefined;
    release();
  };
}

async function benchFairness() {
  heading("20 jobs at once: 19 of 4 hours and one of 5 minutes, provider 1 s");
  provider.script.latencyMs = 1_000;
  const lectern = await start({ LECTERN_MAX_CALLS_IN_FLIGHT: String(CAP) });
  const accounts: TestAccount[] = [];
  try {
    const short = scriptedLecture({ chunkCount: 1, chunkSeconds: 300, firstSecond: 20_000 });
    const alone = await TestAccount.create(lectern.url);
    accounts.push(alone);
    const aloneMs = await timeOf(alone, short);
    const before = provider.calls.length;
    const long = scriptedLecture({ chunkCount: options.quick ? 12 : 48, chunkSeconds: 300 });
    for (let job = 0; job < 19; job += 1) {
      const account = await TestAccount.create(lectern.url);
      accounts.push(account);
      await account.sendLecture(long.pieces);
    }
    const latecomer = await TestAccount.create(lectern.url);
    accounts.push(latecomer);
    const amongMs = await timeOf(latecomer, short);
    line("the 5-minute job beside 19 long ones", against(amongMs, aloneMs, "alone"));
    const peak = peakInFlight(provider, before);
    line("most calls in flight", `${peak}, cap ${CAP}: ${peak <= CAP ? "kept" : "EXCEEDED"}`);
    if (peak > CAP) process.exitCode = 1;
  } finally {
    await Promise.all(accounts.map((account) => account.close()));
    await lectern.close();
  }
}

async function timeOf(account: TestAccount, lecture: ReturnType<typeof scriptedLecture>) {
  const startedAt = performance.now();
  const lectureId = await account.sendLecture(lecture.pieces);
  const job = await account.waitForEnd(lectureId, 600_000);
  if (job.status !== "completed") throw new Error(`The job ended as ${job.status}.`);
  return performance.now() - startedAt;
}

/** The most calls that overlapped, from the provider's own record. */
function peakInFlight({ calls }: Provider, from: number): number {
  const edges = calls
    .slice(from)
    .filter((call) => call.kind !== "models")
    .flatMap((call) => [
      { atMs: call.startedAtMs, change: 1 },
      { atMs: call.endedAtMs ?? Date.now(), change: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.change - b.change);
  let current = 0;
  let peak = 0;
  for (const { change } of edges) {
    current += change;
    peak = Math.max(peak, current);
  }
  return peak;
}

async function benchRecovery() {
  heading("Recovery");
  provider.script.latencyMs = 500;
  const lectern = await start({ LECTERN_LANES: "4" });
  const account = await TestAccount.create(lectern.url);
  try {
    const lecture = scriptedLecture({ chunkCount: 24, chunkSeconds: 60 });
    const lectureId = await account.sendLecture(lecture.pieces);
    await account.waitForJob(lectureId, (job) => job.counts.transcribed >= 4);
    await lectern.kill();
    const callsBefore = provider.calls.length;
    await lectern.restart();
    const readyAt = Date.now();
    await account.waitForEnd(lectureId, 600_000);
    const firstCall = provider.calls[callsBefore];
    if (!firstCall) throw new Error("The job did not call the provider after the restart.");
    line(
      "server killed and restarted: from ready to the job's next call",
      against(Math.max(1, firstCall.startedAtMs - readyAt), 5_000, "aim"),
    );
    line("of which starting the server took", shownMs(lectern.startedInMs));
    expectWhole(spokenSeconds(await account.transcript(lectureId)), lecture.seconds);
  } finally {
    await account.close();
    await lectern.close();
  }
}

function expectWhole(spoken: number[], expected: number[]) {
  const differs = expected.findIndex((second, index) => spoken[index] !== second);
  if (spoken.length === expected.length && differs === -1) return;
  throw new Error(`The transcript is not whole: ${spoken.length} of ${expected.length} sentences.`);
}

async function start(env: Record<string, string>): Promise<Lectern> {
  return await startLectern({
    env: {
      OPENAI_API_KEY: "test-key",
      OPENAI_BASE_URL: provider.url,
      TRANSCRIPTION_MODEL: "test-transcriber",
      NOTES_MODEL: "test-writer",
      ...env,
    },
  });
}
