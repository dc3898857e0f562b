// An app whose scheduled functions leave traces, and the scheduler running it.
import { startApp, type AppFiles, type TestApp } from "../../functions/testing/app.ts";
import type { EngineOptions } from "../../functions/index.ts";
import { isJSONObject, type JSONObject } from "../../values/index.ts";
import { startScheduler, type Scheduler, type SchedulerOptions } from "../scheduler.ts";

export const JOBS_APP: AppFiles = {
  "schema.ts": `
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";
    export default defineSchema({ traces: defineTable({ tag: v.string(), at: v.number() }) });
  `,
  "jobs.ts": `
    import {
      actionGeneric as action, internalActionGeneric as internalAction,
      internalMutationGeneric as internalMutation, mutationGeneric as mutation,
      queryGeneric as query, makeFunctionReference as ref,
    } from "convex/server";

    export const trace = internalMutation({
      handler: (ctx, { tag }) => ctx.db.insert("traces", { tag, at: Date.now() }),
    });
    export const fail = internalMutation({
      handler: async (ctx, { tag }) => {
        await ctx.db.insert("traces", { tag, at: Date.now() });
        throw new Error("no luck with " + tag);
      },
    });
    export const whoAmI = internalMutation({
      handler: async (ctx, { tag }) => {
        const identity = await ctx.auth.getUserIdentity();
        await ctx.db.insert("traces", { tag: tag + ":" + JSON.stringify(identity), at: Date.now() });
      },
    });
    export const endless = internalMutation({ handler: () => { for (;;); } });
    export const act = internalAction({
      handler: async (ctx, { tag, ms }) => {
        await ctx.runMutation(ref("jobs:trace"), { tag: tag + ":begun" });
        await new Promise((resolve) => setTimeout(resolve, ms));
        if (tag.startsWith("bad")) throw new Error("no luck with " + tag);
        await ctx.runMutation(ref("jobs:trace"), { tag: tag + ":ended" });
      },
    });
    /** Schedules when the trace "TAG:go" is there. */
    export const actAndSchedule = internalAction({
      handler: async (ctx, { tag, jobs }) => {
        await ctx.runMutation(ref("jobs:trace"), { tag: tag + ":begun" });
        while (!(await ctx.runQuery(ref("jobs:traces"), {})).includes(tag + ":go")) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        await ctx.scheduler.runAfter(0, ref("jobs:trace"), { tag: tag + ":later" });
        await ctx.runMutation(ref("jobs:schedule"), { jobs });
      },
    });
    export const nested = internalAction({
      handler: async (ctx, { depth, ...args }) => {
        if (depth > 1) await ctx.runAction(ref("jobs:nested"), { depth: depth - 1, ...args });
        else await ctx.runAction(ref("jobs:actAndSchedule"), args);
      },
    });
    export const look = query({ handler: async () => null });
    export const schedule = mutation({
      handler: async (ctx, { jobs, thenThrow }) => {
        const ids = [];
        for (const { name, delayMs, args } of jobs) {
          ids.push(await ctx.scheduler.runAfter(delayMs, ref("jobs:" + name), args));
        }
        if (thenThrow) throw new Error("changed my mind");
        return ids;
      },
    });
    export const scheduleAt = mutation({
      handler: (ctx, { atMs, tag }) => ctx.scheduler.runAt(atMs, ref("jobs:trace"), { tag }),
    });
    export const scheduleFromAction = action({
      handler: async (ctx, { tag, thenThrow }) => {
        await ctx.scheduler.runAfter(0, ref("jobs:trace"), { tag });
        if (thenThrow) throw new Error("too late to change my mind");
      },
    });
    export const cancel = mutation({ handler: (ctx, { id }) => ctx.scheduler.cancel(id) });
    export const cancelAndCheck = mutation({
      handler: async (ctx, { id }) => {
        await ctx.scheduler.cancel(id);
        return (await ctx.db.system.get(id)).state.kind;
      },
    });
    export const traces = query({
      handler: async (ctx) => (await ctx.db.query("traces").collect()).map(({ tag }) => tag),
    });
    export const clear = mutation({
      handler: async (ctx) => {
        for (const { _id } of await ctx.db.query("traces").collect()) await ctx.db.delete(_id);
      },
    });
    export const states = query({
      handler: (ctx) => ctx.db.system.query("_scheduled_functions").collect(),
    });
  `,
};

export type JobState = {
  _id: string;
  name: string;
  args: JSONObject[];
  state: { kind: string; error?: string };
};

export type ScheduledApp = TestApp & {
  scheduler: Scheduler;
  /** What the scheduler complained about. */
  complaints: string[];
  schedule(...jobs: { name: string; delayMs?: number; args?: JSONObject }[]): Promise<string[]>;
  traces(): Promise<string[]>;
  states(): Promise<JobState[]>;
  state(id: string): Promise<JobState["state"] | undefined>;
};

const WORKER = new URL("./engineWorker.ts", import.meta.url);

export async function startScheduledApp(
  files: AppFiles = JOBS_APP,
  options: Partial<EngineOptions> = {},
  limits?: SchedulerOptions["limits"],
): Promise<ScheduledApp> {
  const app = await startApp(files, { workerUrl: WORKER, ...options });
  const complaints: string[] = [];
  const scheduler = await startScheduler({
    engine: app.engine,
    onError: (what, error) => complaints.push(`${what}: ${String(error)}`),
    ...(limits === undefined ? {} : { limits }),
  });
  const states = async () => (await app.query("jobs:states")) as unknown as JobState[];
  return {
    ...app,
    scheduler,
    complaints,
    async schedule(...jobs) {
      const filled = jobs.map(({ name, delayMs = 0, args = {} }) => ({ name, delayMs, args }));
      return (await app.mutation("jobs:schedule", { jobs: filled })) as string[];
    },
    traces: async () => (await app.query("jobs:traces")) as string[],
    states,
    state: async (id) => (await states()).find((job) => job._id === id)?.state,
    async close() {
      await scheduler.close();
      await app.close();
    },
  };
}

/** The values of one field of what a system query of the inspection page lists. */
export async function systemQuery(app: TestApp, path: string): Promise<JSONObject[]> {
  const { results } = await app.engine.runQueries([
    { path, args: {}, identity: { kind: "admin" }, visibility: "any" },
  ]);
  const [result] = results;
  if (result?.ok !== true || !Array.isArray(result.value)) throw new Error(`${path} failed.`);
  return result.value.filter(isJSONObject);
}
