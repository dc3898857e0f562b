// A 90-minute lecture whose pieces are all uploaded: from the last upload to finished notes, against the ideal schedule.
import { TestAccount } from "../../harness/client.ts";
import { startLectern, type Lectern } from "../../harness/lectern.ts";
import { scriptedLecture } from "../../harness/scriptedLecture.ts";
import { providerSettings } from "../../harness/world.ts";
import { holdAnswers, startProvider, type Provider } from "../../provider/server.ts";
import { idealScheduleMs } from "../idealSchedule.ts";
import { against, heading, line } from "../report.ts";
import { expectWhole } from "./whole.ts";

const LECTURE_SECONDS = 90 * 60;
/** From this latency on a schedule is nearly all waiting, and does not mind others beside it. */
const SLOW_MS = 4_000;

type Kind = { pieces: number; latencyMs: number; lanes: number };
type Result = { kind: Kind; time: string; writes: string };

export class Schedules {
  readonly #kinds: Kind[];
  readonly #results: Result[] = [];

  constructor(all: { pieces: number[]; latencies: number[]; lanes: number[] }) {
    this.#kinds = all.pieces.flatMap((pieces) =>
      all.latencies.flatMap((latencyMs) =>
        all.lanes.map((lanes) => ({ pieces, latencyMs, lanes })),
      ),
    );
  }

  /** The one that would make all the others wait, when there are others. */
  async runLongest(): Promise<void> {
    const longest = this.#longest();
    if (longest) await this.#run(longest);
  }

  /** Slow ones beside each other, then the fast ones one after the other. */
  async runOthers(): Promise<void> {
    const others = this.#kinds.filter((kind) => kind !== this.#longest());
    const slow = others.filter((kind) => isSlow(kind));
    await Promise.all(slow.map((kind) => this.#run(kind)));
    for (const kind of others) if (!isSlow(kind)) await this.#run(kind);
  }

  print(): void {
    heading("A 90-minute lecture, all pieces uploaded: from the last upload to finished notes");
    const order = (kind: Kind) => this.#kinds.indexOf(kind);
    for (const { kind, time, writes } of this.#results.toSorted(
      (a, b) => order(a.kind) - order(b.kind),
    )) {
      line(nameOf(kind), time);
      line("", writes);
    }
  }

  #longest(): Kind | undefined {
    if (this.#kinds.length < 2) return undefined;
    const duration = ({ pieces, latencyMs, lanes }: Kind) => (pieces * latencyMs) / lanes;
    return this.#kinds
      .filter((kind) => isSlow(kind))
      .toSorted((a, b) => duration(b) - duration(a))[0];
  }

  async #run(kind: Kind): Promise<void> {
    const provider = await startProvider();
    const env = { ...providerSettings(provider), LECTERN_LANES: String(kind.lanes) };
    const lectern = await startLectern({ env });
    try {
      const result = await measure(lectern, provider, kind);
      this.#results.push(result);
      // For whoever waits; the table comes at the end.
      console.error(`done: ${nameOf(kind)}: ${result.time}`);
    } finally {
      await lectern.close();
      await provider.close();
    }
  }
}

function isSlow({ latencyMs }: Kind): boolean {
  return latencyMs >= SLOW_MS;
}

function nameOf({ pieces, latencyMs, lanes }: Kind): string {
  return `${pieces} pieces, provider ${latencyMs / 1000} s, ${lanes} lane${lanes > 1 ? "s" : ""}`;
}

async function measure(lectern: Lectern, provider: Provider, kind: Kind): Promise<Result> {
  const { pieces, latencyMs, lanes } = kind;
  const lecture = scriptedLecture({ chunkCount: pieces, chunkSeconds: LECTURE_SECONDS / pieces });
  const account = await TestAccount.create(lectern.url);
  try {
    const lectureId = await account.createLecture();
    // Held back until everything is there, so that the upload is not part of the figure; each call is
    // answered one latency after that, or after its own arrival if that is later.
    provider.script.latencyMs = latencyMs;
    const release = holdAnswers(provider);
    for (const [index, piece] of lecture.pieces.entries()) {
      await account.sendPiece(lectureId, index, piece);
    }
    await account.finish(lectureId, pieces, LECTURE_SECONDS * 1000);
    const [startedAt, releasedAt] = [performance.now(), Date.now()];
    release();
    const job = await account.waitForEnd(lectureId, 1_800_000);
    const tookMs = performance.now() - startedAt;
    if (job.status !== "completed") throw new Error(`The job ended as ${job.status}.`);
    expectWhole(await account.transcript(lectureId), lecture);
    const [transcriptionMs, windowMs, mergeMs] = [latencyMs, latencyMs, latencyMs];
    const { chunks } = lecture;
    const idealMs = idealScheduleMs({ chunks, lanes, transcriptionMs, windowMs, mergeMs });
    const writes = await writesPerPiece(lectern, releasedAt, pieces);
    return { kind, time: against(tookMs, idealMs, "ideal"), writes };
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
