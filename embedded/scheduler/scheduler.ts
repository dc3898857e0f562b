// Carries out scheduled functions and crons when they are due: one timer, woken by the commits that matter to it.
//
// A mutation's job is finished in the mutation's own transaction, so that it runs exactly once. An action's job is
// marked as in progress before it begins and never begun again, so that it runs at most once.
import type { Commit, Engine, FunctionError, Identity, QueryOutcome } from "../functions/index.ts";
import type { ReadSet } from "../database/index.ts";
import type { JSONObject } from "../values/index.ts";
import { Backoff } from "./backoff.ts";
import type { UpcomingCron } from "./cronFunctions.ts";
import type { PendingJob, TakenJob } from "./jobFunctions.ts";

export type SchedulerOptions = {
  engine: Engine;
  /** Told of what failed in the scheduler itself; functions that throw are recorded with their jobs. */
  onError: (what: string, error: unknown) => void;
  limits?: Partial<SchedulerLimits>;
};
export type SchedulerLimits = {
  /** How many scheduled mutations are handed to the engine at once; it commits them together. */
  mutations: number;
  /** How many scheduled actions run at once; further ones wait, whatever is due behind them does not. */
  actions: number;
};
export interface Scheduler {
  /** Starts nothing more and waits for mutations that are in progress. Actions end with the engine. */
  close(): Promise<void>;
}

/** As many actions as Convex runs at once, and enough mutations for the engine to commit them in groups. */
const DEFAULT_LIMITS: SchedulerLimits = { mutations: 64, actions: 64 };
/** How far behind jobs that must wait the scheduler looks for others that need not. */
const DEEPEST_LOOK = 1024;
/** The clock may be set, or the machine sleep: a distant time is not left to one timer. */
const LONGEST_WAIT_MS = 60_000;
const SWEEP_INTERVAL_MS = 60 * 60_000;
const NOBODY: Identity = { kind: "none" };
const ADMIN: Identity = { kind: "admin" };

/** Marks what a crash interrupted as failed, then goes on with what is pending. */
export async function startScheduler(options: SchedulerOptions): Promise<Scheduler> {
  const scheduler = new EngineScheduler(options);
  await scheduler.start();
  return scheduler;
}

class EngineScheduler implements Scheduler {
  readonly #engine: Engine;
  readonly #onError: SchedulerOptions["onError"];
  readonly #limits: SchedulerLimits;
  readonly #backoff = new Backoff();
  /** What is in progress, by the id of its job or cron. */
  readonly #mutations = new Map<string, Promise<void>>();
  readonly #actions = new Map<string, Promise<void>>();
  /** What was read to find out what is due; a write into it may change the answer. */
  #watched: ReadSet = [];
  #stopListening: (() => void)[] = [];
  #timer: NodeJS.Timeout | null = null;
  #sweepTimer: NodeJS.Timeout | null = null;
  #lookScheduled = false;
  #looking = false;
  #closed = false;

  constructor({ engine, onError, limits }: SchedulerOptions) {
    this.#engine = engine;
    this.#onError = onError;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  async start(): Promise<void> {
    await this.#failInterrupted();
    this.#stopListening = [
      this.#engine.onCommit((commit) => {
        if (touches(commit, this.#watched)) this.#lookSoon();
      }),
      this.#engine.onInvalidateAll(() => this.#lookSoon()),
    ];
    this.#sweepTimer = setInterval(() => void this.#sweep(), SWEEP_INTERVAL_MS).unref();
    void this.#sweep();
    this.#lookSoon();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const stop of this.#stopListening) stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#sweepTimer !== null) clearInterval(this.#sweepTimer);
    await Promise.all(this.#mutations.values());
  }

  // ---- what is due ----

  /** A turn of the event loop later, so that everything that has just ended is looked at together. */
  #lookSoon(): void {
    if (this.#lookScheduled || this.#closed) return;
    this.#lookScheduled = true;
    setImmediate(() => void this.#look());
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#closed) return;
    this.#looking = true;
    this.#lookScheduled = false;
    let nextMs: number;
    try {
      nextMs = await this.#startWhatIsDue();
    } catch (error) {
      if (!this.#isClosed()) this.#onError("The scheduler could not look for due functions", error);
      nextMs = Date.now() + 1_000;
    }
    this.#looking = false;
    if (this.#lookScheduled) void this.#look();
    else this.#wakeAt(nextMs);
  }

  #wakeAt(timeMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#closed) return;
    const waitMs = Math.min(Math.max(0, timeMs - Date.now()), LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.#lookSoon(), waitMs);
  }

  /** @returns when to look again, should nothing happen before */
  async #startWhatIsDue(): Promise<number> {
    let limit = this.#mutations.size + this.#limits.mutations + 1;
    for (;;) {
      const { jobs, crons } = await this.#read(limit);
      const nowMs = Date.now();
      const { mutations, actions, isAnySlotFree } = await this.#choose(jobs, nowMs);
      const allDue = jobs.length === limit && jobs.every((job) => job.scheduledTime <= nowMs);
      if (allDue && isAnySlotFree && limit < DEEPEST_LOOK) {
        limit *= 4;
        continue;
      }
      for (const cron of crons) {
        if (cron.nextTs <= nowMs && !this.#isBusy(cron.id, nowMs)) await this.#startCron(cron);
      }
      await Promise.all([this.#startMutations(mutations), this.#startActions(actions)]);
      const times = [...jobs.map((job) => job.scheduledTime), ...crons.map((cron) => cron.nextTs)];
      return Math.min(this.#backoff.next(nowMs), ...times.filter((timeMs) => timeMs > nowMs));
    }
  }

  async #read(limit: number): Promise<{ jobs: PendingJob[]; crons: UpcomingCron[] }> {
    const ask = (path: string, args: JSONObject) => ({
      ...{ path, args, identity: ADMIN, visibility: "any" as const },
    });
    const { results } = await this.#engine.runQueries([
      ask("_system/scheduler:pending", { limit }),
      ask("_system/scheduler:upcomingCrons", {}),
    ]);
    const [jobs, crons] = results.map(valueOf);
    this.#watched = results.flatMap((result) => result.readSet);
    // The system functions return exactly these.
    return { jobs: jobs as PendingJob[], crons: crons as UpcomingCron[] };
  }

  async #choose(jobs: PendingJob[], nowMs: number) {
    let mutationSlots = this.#limits.mutations - this.#mutations.size;
    let actionSlots = this.#limits.actions - this.#actions.size;
    const mutations: PendingJob[] = [];
    const actions: PendingJob[] = [];
    for (const job of jobs) {
      if (job.scheduledTime > nowMs || this.#isBusy(job.id, nowMs)) continue;
      // Queries and functions that are gone count as mutations: running them fails with the text for it.
      if ((await this.#engine.functionKind(job.name, "any")) === "Action") {
        if (actionSlots-- > 0) actions.push(job);
      } else if (mutationSlots-- > 0) mutations.push(job);
    }
    return { mutations, actions, isAnySlotFree: mutationSlots > 0 || actionSlots > 0 };
  }

  #isBusy(id: string, nowMs: number): boolean {
    return this.#mutations.has(id) || this.#actions.has(id) || this.#backoff.isWaiting(id, nowMs);
  }

  // ---- jobs ----

  async #startMutations(jobs: PendingJob[]): Promise<void> {
    for (const { job, args } of await this.#take("scheduler:read", jobs)) {
      this.#track(this.#mutations, job.id, this.#runMutationJob(job, args));
    }
  }

  async #runMutationJob({ id, name }: PendingJob, args: JSONObject): Promise<void> {
    const outcome = await this.#engine.runMutation({
      ...{ path: name, args, identity: NOBODY, visibility: "any", scheduledId: id },
    });
    if (outcome.ok) return this.#backoff.forget(id);
    if (isFault(outcome.error)) return this.#backoff.add(id, Date.now());
    this.#backoff.forget(id);
    // The engine records failures itself, except that of a run which it had to end by force.
    await this.#engine.callSystem("scheduler:failed", { id, error: outcome.error.message });
  }

  async #startActions(jobs: PendingJob[]): Promise<void> {
    const begun = await this.#take("scheduler:begin", jobs).catch(async (error: unknown) => {
      // Some may be in progress by their state and were not begun: they have failed.
      await this.#failInterrupted();
      throw error;
    });
    for (const { job, args } of begun) {
      this.#track(this.#actions, job.id, this.#runActionJob(job, args));
    }
  }

  async #runActionJob({ id, name }: PendingJob, args: JSONObject): Promise<void> {
    const outcome = await this.#engine.runAction({
      ...{ path: name, args, identity: NOBODY, visibility: "any", scheduledId: id },
    });
    const error = outcome.ok ? null : outcome.error.message;
    await this.#persist(() => this.#engine.callSystem("scheduler:finishAction", { id, error }));
  }

  /** Those of the jobs that are still to run, with their arguments. */
  async #take(
    systemFunction: "scheduler:read" | "scheduler:begin",
    jobs: PendingJob[],
  ): Promise<{ job: PendingJob; args: JSONObject }[]> {
    if (jobs.length === 0) return [];
    const byId = new Map(jobs.map((job) => [job.id, job]));
    const { value } = await this.#engine.callSystem(systemFunction, { ids: [...byId.keys()] });
    // Both system functions return this.
    return (value as TakenJob[]).flatMap(({ id, args }) => {
      const job = byId.get(id);
      return job === undefined ? [] : [{ job, args }];
    });
  }

  // ---- crons ----

  async #startCron(cron: UpcomingCron): Promise<void> {
    const kind = await this.#engine.functionKind(cron.functionName, "any");
    if (kind === "Action") {
      const begin = { id: cron.id, dueTs: cron.nextTs };
      const { value } = await this.#engine.callSystem("scheduler:beginCron", begin);
      if (value === true) this.#track(this.#actions, cron.id, this.#runCronAction(cron));
    } else {
      this.#track(this.#mutations, cron.id, this.#runCronMutation(cron));
    }
  }

  async #runCronMutation(cron: UpcomingCron): Promise<void> {
    const startedTs = Date.now();
    const outcome = await this.#engine.runMutation({
      ...{ path: cron.functionName, args: cron.args, identity: NOBODY, visibility: "any" },
      cron: cron.name,
      // After a crash between this commit and the next the same occurrence is found done.
      session: { sessionId: `cron:${cron.id}:${String(cron.nextTs)}`, requestId: 0 },
    });
    if (!outcome.ok && isFault(outcome.error)) return this.#backoff.add(cron.id, Date.now());
    this.#backoff.forget(cron.id);
    await this.#finishCron(cron, startedTs, outcome.ok ? null : outcome.error.message);
  }

  async #runCronAction(cron: UpcomingCron): Promise<void> {
    const startedTs = Date.now();
    const outcome = await this.#engine.runAction({
      ...{ path: cron.functionName, args: cron.args, identity: NOBODY, visibility: "any" },
      cron: cron.name,
    });
    await this.#finishCron(cron, startedTs, outcome.ok ? null : outcome.error.message);
  }

  async #finishCron(cron: UpcomingCron, startedTs: number, error: string | null): Promise<void> {
    const end = { id: cron.id, dueTs: cron.nextTs, startedTs, error };
    await this.#persist(() => this.#engine.callSystem("scheduler:finishCron", end));
  }

  // ---- care ----

  #track(running: Map<string, Promise<void>>, id: string, work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        if (this.#isClosed()) return;
        this.#onError("A scheduled function could not be carried out; it is tried again", error);
        this.#backoff.add(id, Date.now());
      })
      .finally(() => {
        running.delete(id);
        this.#lookSoon();
      });
    running.set(id, tracked);
  }

  /** Until it works: the run has happened, and must not stay in progress because the disk was full for a while. */
  async #persist(record: () => Promise<unknown>): Promise<void> {
    for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        await record();
        return;
      } catch (error) {
        // The next start finds it in progress and marks it as failed.
        if (this.#isClosed()) return;
        this.#onError("The end of a scheduled function could not be recorded yet", error);
        await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
      }
    }
  }

  /** What is in progress by its state, but not here, was interrupted. */
  async #failInterrupted(): Promise<void> {
    const running = [...this.#actions.keys()];
    for (let more = true; more;) {
      const { value } = await this.#engine.callSystem("scheduler:failInterrupted", { running });
      more = value === true;
    }
    await this.#engine.callSystem("scheduler:failInterruptedCrons", { running });
  }

  async #sweep(): Promise<void> {
    try {
      for (const name of ["scheduler:forgetFinishedJobs", "scheduler:forgetAnswers"]) {
        for (let more = true; more && !this.#isClosed();) {
          more = (await this.#engine.callSystem(name, {})).value === true;
        }
      }
    } catch (error) {
      if (!this.#isClosed()) this.#onError("Old scheduled functions could not be removed", error);
    }
  }

  /** As a call, because TypeScript would think that a field cannot change while something is awaited. */
  #isClosed(): boolean {
    return this.#closed;
  }
}

/** The function is not to blame: the disk was full, or the engine ended for another reason. */
function isFault({ message }: FunctionError): boolean {
  return message.startsWith("InternalServerError:");
}

function valueOf(outcome: QueryOutcome) {
  if (outcome.ok) return outcome.value;
  throw new Error(outcome.error.message);
}

function touches(commit: Commit, ranges: ReadSet): boolean {
  return commit.writes.some(({ index, key }) =>
    ranges.some(
      (range) =>
        range.index === index &&
        Buffer.compare(key, range.from) >= 0 &&
        (range.to === null || Buffer.compare(key, range.to) < 0),
    ),
  );
}
