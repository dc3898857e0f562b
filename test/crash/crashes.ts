// Kills a busy server again and again and checks after each start that nothing was lost, doubled or left half-way.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pushProject } from "../../embedded/deploy/pushProject.ts";
import {
  checkDatabaseFile,
  checkFiles,
  checkIndexes,
  checkRest,
  checkState,
  isAtRest,
  type State,
} from "./invariants.ts";
import { ServerProcess } from "./serverProcess.ts";
import { newLedger, OfficialWriter, RawWriter, Uploader, type Ledger } from "./writers.ts";

const APP_DIR = fileURLToPath(new URL("./app", import.meta.url));
/** After so many kills everything comes to rest and is looked at as a whole. */
const KILLS_IN_AN_EPOCH = 5;
/** Work goes on for at most so long between two kills. */
const LONGEST_WORK_MS = 500;
/** One start in this many is killed while it is still recovering. */
const KILLED_WHILE_STARTING = 0.15;
const LONGEST_START_MS = 700;
const REST_WITHIN_MS = 120_000;

export type CrashReport = {
  kills: number;
  killsWhileStarting: number;
  acknowledgedMutations: number;
  replayedMutations: number;
  scheduledMutations: number;
  scheduledActions: number;
  uploads: number;
};

/**
 * @param random makes the choices, 0 to below 1; the moments of the kills also depend on the machine
 * @throws BrokenInvariant, with the data folder kept and named
 */
export async function runCrashes(options: {
  kills: number;
  random: () => number;
  onProgress?: (report: CrashReport) => void;
}): Promise<CrashReport> {
  const dataDir = mkdtempSync(join(tmpdir(), "embedded-crash-"));
  const run = new CrashRun(await ServerProcess.prepare(dataDir), options.random);
  try {
    await run.begin();
    while (run.report.kills < options.kills) {
      await run.epoch(Math.min(KILLS_IN_AN_EPOCH, options.kills - run.report.kills));
      options.onProgress?.(run.report);
    }
    await run.end();
  } catch (error) {
    await run.abandon();
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${cause}\nafter ${String(run.report.kills)} kills. The data folder is kept in ${dataDir}.\n${run.serverErrors}`,
      { cause: error },
    );
  }
  rmSync(dataDir, { recursive: true, force: true });
  return run.report;
}

class CrashRun {
  readonly #server: ServerProcess;
  readonly #random: () => number;
  #rawWriters: RawWriter[] = [];
  #officialWriters: OfficialWriter[] = [];
  #uploader: Uploader | null = null;
  #epochs = 0;
  readonly report: CrashReport = {
    ...{ kills: 0, killsWhileStarting: 0, acknowledgedMutations: 0, replayedMutations: 0 },
    ...{ scheduledMutations: 0, scheduledActions: 0, uploads: 0 },
  };

  constructor(server: ServerProcess, random: () => number) {
    this.#server = server;
    this.#random = random;
  }

  get serverErrors(): string {
    return this.#server.errors;
  }

  async begin(): Promise<void> {
    this.#server.start();
    await this.#server.ready();
    const { url, adminKey } = this.#server;
    await pushProject({ url, adminKey, projectDir: APP_DIR });
    this.#rawWriters = ["a", "b", "c"].map((name) => new RawWriter(url, name, this.#random));
    this.#officialWriters = ["x", "y"].map((name) => new OfficialWriter(url, name, this.#random));
    this.#uploader = new Uploader(url, this.#random);
  }

  async epoch(kills: number): Promise<void> {
    this.#epochs += 1;
    const ledger = newLedger(this.#epochs);
    this.#use(ledger);
    for (let kill = 0; kill < kills; kill++) {
      await this.#wait(this.#random() * LONGEST_WORK_MS);
      await this.#kill();
      await this.#startAgain();
      await this.#checkNow(ledger);
    }
    this.#use(null);
    await this.#rest(ledger);
    this.#count(ledger);
  }

  async end(): Promise<void> {
    await this.#stopWriters();
    await checkIndexes(this.#server);
    await this.#server.kill();
    checkDatabaseFile(this.#server.dataDir);
  }

  async abandon(): Promise<void> {
    await this.#stopWriters();
    await this.#server.kill();
  }

  get #writers(): (RawWriter | OfficialWriter)[] {
    return [...this.#rawWriters, ...this.#officialWriters];
  }

  #use(ledger: Ledger | null): void {
    for (const writer of this.#writers) writer.use(ledger);
    this.#uploader?.use(ledger !== null);
  }

  async #kill(): Promise<void> {
    await this.#server.kill();
    this.report.kills += 1;
  }

  async #startAgain(): Promise<void> {
    this.#server.start();
    while (this.#random() < KILLED_WHILE_STARTING) {
      await this.#wait(this.#random() * LONGEST_START_MS);
      await this.#kill();
      this.report.killsWhileStarting += 1;
      this.#server.start();
    }
    await this.#server.ready();
  }

  /** The writers go on meanwhile. */
  async #checkNow(ledger: Ledger): Promise<void> {
    const acknowledgedBefore = new Set(ledger.acknowledged);
    checkState(await this.#state(ledger), ledger, acknowledgedBefore);
  }

  #state({ epoch }: Ledger): Promise<State> {
    return this.#server.query<State>("work:state", { epoch });
  }

  /** Everything that was asked for is done, once, however often its server was killed. */
  async #rest(ledger: Ledger): Promise<void> {
    const endMs = Date.now() + REST_WITHIN_MS;
    let state: State;
    do {
      await this.#wait(20);
      state = await this.#state(ledger);
      if (Date.now() > endMs) throw new Error(this.#unrest(state));
    } while (!this.#isQuiet() || !isAtRest(state));
    checkRest(await this.#state(ledger), ledger);
    if (this.#uploader !== null) await this.#filesAgree(this.#uploader, endMs);
  }

  #unrest(state: State): string {
    const busy = this.#writers.filter((writer) => !writer.isQuiet).map((each) => each.describe());
    const open = state.entries.filter(({ mutation, action }) =>
      [mutation, action].some((kind) => kind === "pending" || kind === "inProgress"),
    );
    return `The work did not come to rest: ${busy.join("; ")}; uploading: ${String(this.#uploader?.isQuiet === false)}; open jobs: ${JSON.stringify(open.slice(0, 5))}`;
  }

  /** The bytes of deleted files go a moment after their rows. */
  async #filesAgree(uploader: Uploader, endMs: number): Promise<void> {
    for (;;) {
      try {
        await checkFiles(this.#server, uploader);
        return;
      } catch (error) {
        if (Date.now() > endMs) throw error;
        await this.#wait(50);
      }
    }
  }

  #isQuiet(): boolean {
    return this.#writers.every((writer) => writer.isQuiet) && (this.#uploader?.isQuiet ?? true);
  }

  #count(ledger: Ledger): void {
    this.report.acknowledgedMutations += ledger.acknowledged.size;
    this.report.scheduledMutations += ledger.schedules.size;
    this.report.scheduledActions += ledger.acts.size;
    this.report.replayedMutations = this.#rawWriters.reduce((sum, { replays }) => sum + replays, 0);
    this.report.uploads = this.#uploader?.uploads ?? 0;
  }

  async #stopWriters(): Promise<void> {
    this.#use(null);
    await Promise.all([...this.#writers, this.#uploader].map(async (each) => each?.stop()));
  }

  #wait(durationMs: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, durationMs));
  }
}
