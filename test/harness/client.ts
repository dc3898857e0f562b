// A client of Lectern without a browser, for fault tests and benchmarks: signs in, sends pieces, waits for results,
// all by the official Convex clients and the public functions.
import { createHash } from "node:crypto";
import type { Page } from "playwright-core";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import type { FunctionReturnType } from "convex/server";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel.js";

export type JobDetails = NonNullable<FunctionReturnType<typeof api.jobs.get>>;

export type TestPiece = {
  startMs: number;
  durationMs: number;
  overlapMs?: number;
  session?: number;
  bytes: Uint8Array<ArrayBuffer>;
  mimeType?: string;
};

/** One anonymous account. */
export class TestAccount {
  readonly http: ConvexHttpClient;
  readonly #url: string;
  readonly #token: string;
  #live: ConvexClient | undefined;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
    this.http = new ConvexHttpClient(url, { skipConvexDeploymentUrlCheck: true, logger: false });
    this.http.setAuth(token);
  }

  /** For another connection of this account: what ConvexReactClient.setAuth takes. */
  readonly fetchToken = async (): Promise<string> => this.#token;

  /** Makes a new anonymous account, as a first visit does. */
  static async create(url: string): Promise<TestAccount> {
    const http = new ConvexHttpClient(url, { skipConvexDeploymentUrlCheck: true, logger: false });
    const { tokens } = (await http.action(api.auth.signIn, { provider: "anonymous" })) as {
      tokens?: { token: string } | null;
    };
    if (!tokens) throw new Error("The anonymous sign-in gave no token.");
    return new TestAccount(url, tokens.token);
  }

  /** The account that a page is signed in with, as soon as it is. */
  static async ofPage(url: string, page: Page): Promise<TestAccount> {
    const found = await page.waitForFunction(() => {
      const key = Object.keys(localStorage).find((name) => name.startsWith("__convexAuthJWT_"));
      return key === undefined ? undefined : localStorage.getItem(key);
    });
    const token = await found.jsonValue();
    if (!token) throw new Error("The page is not signed in.");
    return new TestAccount(url, token);
  }

  /** The live connection, opened when first asked for. */
  get live(): ConvexClient {
    if (!this.#live) {
      this.#live = new ConvexClient(this.#url, {
        skipConvexDeploymentUrlCheck: true,
        logger: false,
      });
      this.#live.setAuth(this.fetchToken);
    }
    return this.#live;
  }

  async createLecture(
    fields: Partial<{ source: "recording" | "file" | "captions" | "text"; title: string }> = {},
  ): Promise<Id<"lectures">> {
    const { lectureId } = await this.http.mutation(api.lectures.create, {
      clientKey: crypto.randomUUID(),
      source: fields.source ?? "file",
      recordedAt: Date.now(),
      ...(fields.title === undefined ? {} : { title: fields.title }),
    });
    return lectureId;
  }

  /** Uploads and registers one piece. */
  async sendPiece(lectureId: Id<"lectures">, index: number, piece: TestPiece) {
    const storageId = await this.upload(lectureId, piece);
    return await this.registerPiece(lectureId, index, piece, storageId);
  }

  /** Says that an uploaded file is this piece of the lecture. */
  async registerPiece(
    lectureId: Id<"lectures">,
    index: number,
    piece: TestPiece,
    storageId: Id<"_storage">,
  ) {
    return await this.http.mutation(api.uploads.addChunk, {
      lectureId,
      index,
      session: piece.session ?? 0,
      startMs: piece.startMs,
      durationMs: piece.durationMs,
      overlapMs: piece.overlapMs ?? 0,
      storageId,
      sizeBytes: piece.bytes.byteLength,
      mimeType: piece.mimeType ?? "audio/wav",
      sha256: createHash("sha256").update(piece.bytes).digest("hex"),
    });
  }

  async upload(lectureId: Id<"lectures">, piece: TestPiece): Promise<Id<"_storage">> {
    const url = await this.http.mutation(api.uploads.generateUploadUrl, { lectureId });
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": piece.mimeType ?? "audio/wav" },
      body: piece.bytes,
    });
    if (!response.ok) throw new Error(`The upload answered ${response.status}.`);
    const { storageId } = (await response.json()) as { storageId: Id<"_storage"> };
    return storageId;
  }

  async finish(lectureId: Id<"lectures">, chunkCount: number, durationMs: number): Promise<void> {
    await this.http.mutation(api.uploads.finish, { lectureId, chunkCount, durationMs });
  }

  /** Sends a whole lecture, pieces in order, and says that this was all. */
  async sendLecture(pieces: TestPiece[], title?: string): Promise<Id<"lectures">> {
    const lectureId = await this.createLecture(title === undefined ? {} : { title });
    for (const [index, piece] of pieces.entries()) await this.sendPiece(lectureId, index, piece);
    const durationMs = Math.max(...pieces.map((piece) => piece.startMs + piece.durationMs));
    await this.finish(lectureId, pieces.length, durationMs);
    return lectureId;
  }

  /** Waits, live, until the job is as `reached` says. */
  async waitForJob(
    lectureId: Id<"lectures">,
    reached: (job: JobDetails) => boolean,
    timeoutMs = 120_000,
  ): Promise<JobDetails> {
    let last: JobDetails | null = null;
    let unsubscribe = () => {};
    try {
      return await new Promise<JobDetails>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`The job did not get there: ${JSON.stringify(last)}`)),
          timeoutMs,
        );
        const subscription = this.live.onUpdate(
          api.jobs.get,
          { lectureId },
          (job) => {
            last = job;
            if (!job || !reached(job)) return;
            clearTimeout(timer);
            resolve(job);
          },
          (error) => {
            clearTimeout(timer);
            reject(error);
          },
        );
        unsubscribe = () => subscription();
      });
    } finally {
      unsubscribe();
    }
  }

  /** Waits until the job has ended, whichever way. */
  async waitForEnd(lectureId: Id<"lectures">, timeoutMs?: number): Promise<JobDetails> {
    const ended = (job: JobDetails) => ["completed", "failed", "canceled"].includes(job.status);
    return await this.waitForJob(lectureId, ended, timeoutMs);
  }

  /** The whole transcript, chunk by chunk, in order. */
  async transcript(lectureId: Id<"lectures">) {
    type Chunk = FunctionReturnType<typeof api.transcripts.exportText>["chunks"][number];
    const chunks: Chunk[] = [];
    for (let fromIndex: number | null = 0; fromIndex !== null;) {
      const page: FunctionReturnType<typeof api.transcripts.exportText> = await this.http.query(
        api.transcripts.exportText,
        { lectureId, fromIndex },
      );
      chunks.push(...page.chunks);
      fromIndex = page.nextIndex;
    }
    return chunks;
  }

  async close(): Promise<void> {
    await this.#live?.close();
  }
}
