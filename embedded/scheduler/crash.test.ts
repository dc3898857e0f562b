// `kill -9` while scheduled functions run: mutations exactly once, actions at most once (conformance check 86).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startApp } from "../functions/testing/app.ts";
import { INTERRUPTED } from "./jobFunctions.ts";
import { JOBS_APP, startScheduledApp } from "./testing/app.ts";

// Processes start, again and again: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 120_000 });

const VICTIM = join(import.meta.dirname, "testing/victim.ts");
const WORKER = new URL("./testing/engineWorker.ts", import.meta.url);
const MUTATIONS = 400;
const ACTIONS = 40;
const KILLS = 4;

let dataDir = "";
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "embedded-crash-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** Runs the scheduler in a process of its own, and kills it after so long. */
async function runAndKill(afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [VICTIM, dataDir], { stdio: ["ignore", "pipe", "pipe"] });
  const exit = once(child, "exit");
  const errors: string[] = [];
  child.stderr.on("data", (text: Buffer) => errors.push(text.toString()));
  await Promise.race([
    once(child.stdout, "data"),
    exit.then(() => {
      throw new Error(`The process to be killed ended by itself: ${errors.join("")}`);
    }),
  ]);
  setTimeout(() => child.kill("SIGKILL"), afterMs);
  await exit;
}

it("runs every mutation once and no action twice, however often it is killed", async () => {
  const app = await startApp(JOBS_APP, { dataDir, workerUrl: WORKER });
  const mutations = Array.from({ length: MUTATIONS }, (_, number) => ({
    ...{ name: "trace", delayMs: number * 6, args: { tag: `m${String(number)}` } },
  }));
  const actions = Array.from({ length: ACTIONS }, (_, number) => ({
    ...{ name: "act", delayMs: number * 80, args: { tag: `a${String(number)}`, ms: 100 } },
  }));
  await app.mutation("jobs:schedule", { jobs: [...mutations, ...actions] });
  await app.close();

  for (let kill = 0; kill < KILLS; kill += 1) await runAndKill(Math.random() * 400);

  const survivor = await startScheduledApp(JOBS_APP, { dataDir });
  try {
    await vi.waitFor(
      async () => {
        const kinds = (await survivor.states()).map(({ state }) => state.kind);
        expect(kinds.filter((kind) => kind === "pending" || kind === "inProgress")).toEqual([]);
      },
      { timeout: 90_000 },
    );
    const traces = await survivor.traces();
    const expected = mutations.map(({ args }) => args.tag).sort();
    expect(traces.filter((tag) => tag.startsWith("m")).sort()).toEqual(expected);

    const begun = traces.filter((tag) => tag.endsWith(":begun"));
    expect(new Set(begun).size).toBe(begun.length);
    const ended = new Set(traces.filter((tag) => tag.endsWith(":ended")));
    for (const job of await survivor.states()) {
      if (job.name === "jobs.js:trace") expect(job.state).toEqual({ kind: "success" });
      else if (job.state.kind === "success") expect(ended).toContain(`${tagOf(job)}:ended`);
      else expect(job.state).toEqual({ kind: "failed", error: INTERRUPTED });
    }
    expect(survivor.complaints).toEqual([]);
  } finally {
    await survivor.close();
  }
});

function tagOf(job: object): string {
  const { args } = job as { args: [{ tag: string }] };
  return args[0].tag;
}
