// CONVEX-RUNTIME 7.4, checks 85 to 89: scheduled functions and crons, through a whole server and Convex's own client.
// That each holds through `kill -9` as well is tested in scheduler/crash.test.ts.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { bundleFiles, type AppFiles } from "../functions/testing/app.ts";
import { startServer, type RunningServer } from "../server/index.ts";

const CRON_SECONDS = 1;
const APP: AppFiles = {
  "s.ts": `
    import {
      internalActionGeneric as internalAction, internalMutationGeneric as internalMutation,
      mutationGeneric as mutation, queryGeneric as query, makeFunctionReference as ref,
    } from "convex/server";
    export const note = internalMutation({
      handler: async (ctx, { tag }) => {
        const identity = await ctx.auth.getUserIdentity();
        const { scheduledFunctionId } = await ctx.meta.getRequestMetadata();
        await ctx.db.insert("notes", { tag, at: Date.now(), identity, scheduledFunctionId });
      },
    });
    export const fail = internalMutation({
      handler: async (ctx, { tag }) => {
        await ctx.db.insert("notes", { tag, at: Date.now() });
        throw new Error("no luck with " + tag);
      },
    });
    export const slow = internalAction({
      handler: async (ctx, { tag }) => {
        await ctx.runMutation(ref("s:note"), { tag });
        await new Promise((resolve) => setTimeout(resolve, 60_000));
        await ctx.runMutation(ref("s:note"), { tag: tag + " again" });
      },
    });
    export const later = mutation({
      handler: (ctx, { name, tag, inMs }) => ctx.scheduler.runAfter(inMs, ref("s:" + name), { tag }),
    });
    export const at = mutation({
      handler: (ctx, { tag, atMs }) => ctx.scheduler.runAt(atMs, ref("s:note"), { tag }),
    });
    export const cancel = mutation({ handler: (ctx, { id }) => ctx.scheduler.cancel(id) });
    export const notes = query({ handler: (ctx) => ctx.db.query("notes").collect() });
    export const state = query({
      handler: async (ctx, { id }) => (await ctx.db.system.get(id))?.state ?? null,
    });
  `,
};
const WITH_CRON: AppFiles = {
  ...APP,
  "crons.ts": `
    import { cronJobs, makeFunctionReference as ref } from "convex/server";
    const crons = cronJobs();
    crons.interval("tick", { seconds: ${String(CRON_SECONDS)} }, ref("s:note"), { tag: "tick" });
    export default crons;
  `,
};

type Note = { tag: string; at: number; identity: object | null; scheduledFunctionId: string };
type State = { kind: string; error?: string } | null;
const notes = makeFunctionReference<"query", Record<string, never>, Note[]>("s:notes");
const state = makeFunctionReference<"query", { id: string }, State>("s:state");
const later = makeFunctionReference<
  "mutation",
  { name: string; tag: string; inMs: number },
  string
>("s:later");
const at = makeFunctionReference<"mutation", { tag: string; atMs: number }, string>("s:at");
const cancel = makeFunctionReference<"mutation", { id: string }, null>("s:cancel");

let dataDir = "";
let server: RunningServer;
let client: ConvexClient;

async function start(): Promise<void> {
  server = await startServer({ dataDir, port: 0, sitePort: 0, logLevel: "silent" });
  client = new ConvexClient(server.url, { logger: false });
}

async function stop(): Promise<void> {
  await client.close();
  await server.close();
}

/** Pushes over the deploy API, as the CLI does. */
async function push(files: AppFiles): Promise<void> {
  const changedModules = await bundleFiles(files);
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(server.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Convex ${server.adminKey}` },
      body: JSON.stringify({ adminKey: server.adminKey, dryRun: false, ...body }),
    });
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  };
  const startPush = await post("/api/deploy2/start_push", {
    appDefinition: {
      ...{ definition: null, dependencies: [], schema: null, changedModules },
      ...{ unchangedModuleHashes: [], udfServerVersion: "1.48.0" },
    },
    ...{ componentDefinitions: [], nodeDependencies: [] },
  });
  await post("/api/deploy2/finish_push", { startPush });
}

const tags = async () => (await client.query(notes, {})).map(({ tag }) => tag);
const waitFor = <T>(check: () => Promise<T>) =>
  vi.waitFor(check, { timeout: 15_000, interval: 20 });
const waitForState = (id: string, kind: string) =>
  waitFor(async () => expect(await client.query(state, { id })).toMatchObject({ kind }));

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "embedded-scheduling-"));
  await start();
  await push(APP);
});
afterAll(async () => {
  await stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe("scheduled functions", () => {
  it("85: run after the commit; who watches sees them pending, then done", async () => {
    const seen: string[] = [];
    const id = await client.mutation(later, { name: "note", tag: "85", inMs: 300 });
    const stopWatching = client.onUpdate(state, { id }, (value) => {
      seen.push(value?.kind ?? "none");
    });
    await waitForState(id, "success");
    await waitFor(async () => expect(seen).toEqual(["pending", "success"]));
    stopWatching();
    expect(await tags()).toContain("85");
  });

  it("86: an action that a stop interrupted has failed, and is not run again", async () => {
    const id = await client.mutation(later, { name: "slow", tag: "86", inMs: 0 });
    await waitFor(async () => expect(await tags()).toContain("86"));
    await waitForState(id, "inProgress");
    await stop();
    await start();
    expect(await client.query(state, { id })).toEqual({
      ...{ kind: "failed", error: "Transient error while executing action" },
    });
    const marker = await client.mutation(later, { name: "note", tag: "86 marker", inMs: 0 });
    await waitForState(marker, "success");
    expect((await tags()).filter((tag) => tag.startsWith("86"))).toEqual(["86", "86 marker"]);
  });

  it("87: a past time is now; what came due while the server was down runs at its start", async () => {
    const past = await client.mutation(at, { tag: "87 past", atMs: Date.now() - 3_600_000 });
    await waitForState(past, "success");
    const due = await client.mutation(later, { name: "note", tag: "87 due", inMs: 500 });
    expect(await client.query(state, { id: due })).toEqual({ kind: "pending" });
    const dueBy = Date.now() + 500;
    await stop();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(dueBy), 5_000);
    await start();
    await waitForState(due, "success");
  });

  it("87: cancelled before its time it never runs", async () => {
    const id = await client.mutation(later, { name: "note", tag: "87 never", inMs: 300 });
    await client.mutation(cancel, { id });
    expect(await client.query(state, { id })).toEqual({ kind: "canceled" });
    const after = await client.mutation(later, { name: "note", tag: "87 after", inMs: 500 });
    await waitForState(after, "success");
    expect(await tags()).not.toContain("87 never");
  });

  it("88: a failure is recorded with its error, leaves nothing, is not tried again", async () => {
    const id = await client.mutation(later, { name: "fail", tag: "88", inMs: 0 });
    await waitForState(id, "failed");
    expect((await client.query(state, { id }))?.error).toContain("Error: no luck with 88");
    const marker = await client.mutation(later, { name: "note", tag: "88 marker", inMs: 600 });
    await waitForState(marker, "success");
    expect(await client.query(state, { id })).toMatchObject({ kind: "failed" });
    expect((await tags()).filter((tag) => tag.startsWith("88"))).toEqual(["88 marker"]);
  });

  it("88: nobody is signed in, and the function knows which job it is", async () => {
    const id = await client.mutation(later, { name: "note", tag: "88 who", inMs: 0 });
    await waitForState(id, "success");
    const note = (await client.query(notes, {})).find(({ tag }) => tag === "88 who");
    expect(note).toMatchObject({ identity: null, scheduledFunctionId: id });
  });
});

describe("crons", () => {
  afterEach(() => push(APP));
  const ticks = async () => (await client.query(notes, {})).filter(({ tag }) => tag === "tick");

  it("89: an interval of a second runs once a second, and once after a pause", async () => {
    await push(WITH_CRON);
    await waitFor(async () => expect((await ticks()).length).toBeGreaterThanOrEqual(4));
    const times = (await ticks()).map((tick) => tick.at);
    const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
    // Never more often; on a busy machine a run may be left out.
    expect(Math.round(spanMs / (CRON_SECONDS * 1_000))).toBeGreaterThanOrEqual(times.length - 1);

    await stop();
    const before = times.length;
    const stoppedMs = Date.now();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(stoppedMs + 3_500), 10_000);
    await start();
    await waitFor(async () => expect((await ticks()).length).toBeGreaterThan(before + 1));
    const gaps = (await ticks()).map((tick, place, all) => tick.at - (all[place - 1]?.at ?? 0));
    // One tick makes up for the pause, perhaps just before its next turn; those missed do not come at once.
    expect(gaps.slice(1).filter((gap) => gap < 500).length).toBeLessThanOrEqual(1);
    expect(Math.max(...gaps.slice(1))).toBeGreaterThan(3_000);
  });
});
