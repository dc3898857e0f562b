// A deployment in memory for tests of the pipeline: Convex's test database, a fake clock, a fake
// provider, and a person with a device. Scheduled functions run one after the other, in time.
import { convexTest } from "convex-test";
import { vi } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Doc, Id } from "../../convex/_generated/dataModel.js";
import type { Sound } from "../../domain/sound.ts";
import { normalizedSha256 } from "../../convex/model/secrets.ts";
import schema from "../../convex/schema.ts";
import { Clock, tick, type Timer } from "./clock.ts";
import { Instrument } from "./instrument.ts";
import { seededRandom } from "../../embedded/server/testing/seededRandom.ts";
import { audioOf, FakeProvider, lecture, type Spoken } from "./provider.ts";

const modules = import.meta.glob<object>([
  "../../convex/**/*.{ts,js}",
  "!../../convex/**/*.test.ts",
]);

/** Set for every test; a test may set others with vi.stubEnv. */
const ENVIRONMENT = {
  TRANSCRIPTION_BASE_URL: "http://provider.test/v1",
  TRANSCRIPTION_MODEL: "test-transcriber",
};

export type Deployment = ReturnType<typeof convexTest<(typeof schema)["tables"]>>;
export type Person = Awaited<ReturnType<World["signUp"]>>;

export class World {
  readonly t: Deployment;
  readonly clock: Clock;
  readonly provider: FakeProvider;
  readonly instrument: Instrument;
  /** Actions that have vanished: they never end. */
  vanished = 0;

  private constructor(parts: Pick<World, "t" | "clock" | "provider" | "instrument">) {
    this.t = parts.t;
    this.clock = parts.clock;
    this.provider = parts.provider;
    this.instrument = parts.instrument;
  }

  /**
   * @param random decides whatever the pipeline leaves to chance
   * @param isMetered whether what functions read and write is counted and limited as on Convex
   */
  static async create(random = seededRandom(1), isMetered = true): Promise<World> {
    vi.spyOn(Math, "random").mockImplementation(random);
    const instrument = new Instrument(isMetered);
    // Loaded here, so that no function waits for the disk later.
    const loaded = await Promise.all(
      Object.entries(modules).map(async ([path, load]) => {
        const module = instrument.wrapModule(path, await load());
        return [path, async () => module] as const;
      }),
    );
    const provider = new FakeProvider();
    const clock = new Clock(Date.UTC(2026, 10, 25, 9));
    for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
    vi.stubGlobal("fetch", provider.fetch);
    const t = convexTest({
      schema,
      modules: Object.fromEntries(loaded),
      transactionLimits: isMetered,
    });
    return new World({ t, clock, provider, instrument });
  }

  /** Puts the machine's own clock and network back. */
  close(): void {
    this.clock.stop();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  }

  async signUp(fields: { email?: string } = {}) {
    const isAnonymous = fields.email === undefined;
    const userId = await this.t.run(async (ctx) =>
      ctx.db.insert("users", { isAnonymous, ...fields }),
    );
    return { userId, as: this.t.withIdentity({ subject: `${userId}|session` }) };
  }

  /** Runs what is scheduled, in the order of time, until nothing is. */
  async settle(maxSteps = 20_000): Promise<void> {
    for (let step = 0; this.clock.pending > 0; step += 1) {
      if (step >= maxSteps) throw new Error(`Not at rest after ${maxSteps} steps.`);
      await this.step();
    }
  }

  /** Runs what is scheduled until a condition holds. */
  async until(condition: () => Promise<boolean> | boolean, maxSteps = 20_000): Promise<void> {
    for (let step = 0; !(await condition()); step += 1) {
      if (step >= maxSteps || this.clock.pending === 0) throw new Error("It never came to that.");
      await this.step();
    }
  }

  /** Runs one scheduled function, the next by default, as far as it comes by itself. */
  async step(timer?: Timer): Promise<void> {
    this.clock.fire(timer);
    await this.quiet();
  }

  /** Waits until every function has ended or stands still where the test wants it to. */
  async quiet(): Promise<void> {
    for (let still = 0; still < 3;) {
      await tick();
      const { running } = this.instrument;
      still = running <= this.provider.held + this.vanished ? still + 1 : 0;
    }
  }

  /** For intercepted actions: never ends, as if the machine had been switched off. */
  vanish(): Promise<never> {
    this.vanished += 1;
    return new Promise(() => {});
  }

  /** Uploads one piece and registers it, as the recorder does. */
  async addPiece(
    person: Person,
    lectureId: Id<"lectures">,
    index: number,
    piece: PieceOptions = {},
  ) {
    const args = await this.upload(index, piece);
    return await person.as.mutation(api.uploads.addChunk, { lectureId, ...args });
  }

  /** Stores a piece's file; what to register it with. */
  async upload(index: number, piece: PieceOptions = {}) {
    const { durationMs = 45_000, startMs = index * durationMs, overlapMs = 0, session = 0 } = piece;
    const blob = piece.blob ?? audioOf(piece.spoken ?? lecture(index, durationMs));
    const storageId = await this.t.run(async (ctx) => ctx.storage.store(blob));
    const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
    const base64 = btoa(String.fromCharCode(...new Uint8Array(digest)));
    return {
      ...{ index, session, startMs, durationMs, overlapMs, storageId },
      sizeBytes: blob.size,
      mimeType: "audio/webm",
      sha256: normalizedSha256(base64),
      ...(piece.sound ? { sound: piece.sound } : {}),
    };
  }

  /** A whole recording: created, uploaded, finished. Nothing has run yet. */
  async record(
    person: Person,
    { pieces, durationMs = 45_000, clientKey = "recording" }: RecordingOptions,
  ): Promise<Id<"lectures">> {
    const lectureId = await this.create(person, clientKey);
    for (let index = 0; index < pieces; index += 1) {
      await this.addPiece(person, lectureId, index, { durationMs });
    }
    await this.finish(person, lectureId, pieces, durationMs);
    return lectureId;
  }

  async create(person: Person, clientKey: string, source: Doc<"lectures">["source"] = "recording") {
    const { lectureId } = await person.as.mutation(api.lectures.create, {
      ...{ clientKey, source, recordedAt: Date.now() },
    });
    return lectureId;
  }

  async finish(person: Person, lectureId: Id<"lectures">, chunkCount: number, durationMs = 45_000) {
    return await person.as.mutation(api.uploads.finish, {
      ...{ lectureId, chunkCount, durationMs: chunkCount * durationMs },
    });
  }

  async job(lectureId: Id<"lectures">): Promise<Doc<"jobs">> {
    const job = await this.t.run(async (ctx) =>
      ctx.db
        .query("jobs")
        .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
        .unique(),
    );
    if (!job) throw new Error("The lecture has no job.");
    return job;
  }

  /** Everything that was said, from the stored transcript, in order. */
  async transcript(lectureId: Id<"lectures">): Promise<string> {
    const rows = await this.t.run(async (ctx) =>
      ctx.db
        .query("transcriptChunks")
        .withIndex("by_lecture_and_index", (q) => q.eq("lectureId", lectureId))
        .collect(),
    );
    return rows.flatMap((row) => row.segments.map((segment) => segment.text)).join(" ");
  }

  /** Rows of a table, for a test that wants to see all of them. */
  async rows<Table extends keyof (typeof schema)["tables"]>(table: Table): Promise<Doc<Table>[]> {
    return await this.t.run(async (ctx) => ctx.db.query(table).collect());
  }
}

export type PieceOptions = {
  startMs?: number;
  durationMs?: number;
  overlapMs?: number;
  session?: number;
  spoken?: Spoken;
  blob?: Blob;
  /** What the device has measured. */
  sound?: Sound;
};
export type RecordingOptions = { pieces: number; durationMs?: number; clientKey?: string };

/** What a whole lecture of equal pieces says. */
export function saidIn(pieces: number, durationMs = 45_000): string {
  return Array.from({ length: pieces }, (_, index) => lecture(index, durationMs).sentences)
    .flat()
    .join(" ");
}
