// The work that is interrupted, and the question of what is there.
import {
  internalActionGeneric,
  internalMutationGeneric,
  internalQueryGeneric,
  makeFunctionReference,
  mutationGeneric,
  type ActionBuilder,
  type DataModelFromSchemaDefinition,
  type MutationBuilder,
  type QueryBuilder,
} from "convex/server";
import { v } from "convex/values";
import type schema from "./schema";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;
const mutation: MutationBuilder<DataModel, "public"> = mutationGeneric;
const internalMutation: MutationBuilder<DataModel, "internal"> = internalMutationGeneric;
const internalQuery: QueryBuilder<DataModel, "internal"> = internalQueryGeneric;
const internalAction: ActionBuilder<DataModel, "internal"> = internalActionGeneric;

type Work = { epoch: number; key: string };
const work = { epoch: v.number(), key: v.string() };
const scheduled = makeFunctionReference<"mutation", Work>("work:scheduled");
const act = makeFunctionReference<"action", Work>("work:act");
const noteAction = makeFunctionReference<"mutation", Work & { kind: string }>("work:noteAction");

export const add = mutation({
  args: { ...work, schedules: v.boolean(), acts: v.boolean() },
  handler: async (ctx, { epoch, key, schedules, acts }) => {
    await ctx.db.insert("halves", { epoch, key });
    const counter = await ctx.db
      .query("counters")
      .withIndex("by_epoch", (q) => q.eq("epoch", epoch))
      .unique();
    if (counter === null) await ctx.db.insert("counters", { epoch, value: 1 });
    else await ctx.db.patch(counter._id, { value: counter.value + 1 });
    await ctx.db.insert("entries", {
      ...{ epoch, key },
      ...(schedules
        ? { mutationJob: await ctx.scheduler.runAfter(0, scheduled, { epoch, key }) }
        : {}),
      ...(acts ? { actionJob: await ctx.scheduler.runAfter(0, act, { epoch, key }) } : {}),
    });
    await ctx.db.insert("halves", { epoch, key });
    return key;
  },
});

export const scheduled_ = internalMutation({
  args: work,
  handler: async (ctx, { epoch, key }) => {
    await ctx.db.insert("runs", { epoch, key, kind: "mutation" });
  },
});
export { scheduled_ as scheduled };

export const act_ = internalAction({
  args: work,
  handler: async (ctx, { epoch, key }) => {
    await ctx.runMutation(noteAction, { epoch, key, kind: "action began" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await ctx.runMutation(noteAction, { epoch, key, kind: "action ended" });
  },
});
export { act_ as act };

export const noteAction_ = internalMutation({
  args: { ...work, kind: v.union(v.literal("action began"), v.literal("action ended")) },
  handler: async (ctx, run) => {
    await ctx.db.insert("runs", run);
  },
});
export { noteAction_ as noteAction };

export const uploadUrl = mutation({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });

export const saveFile = mutation({
  args: { ...work, storageId: v.id("_storage"), sha256: v.string() },
  handler: async (ctx, file) => {
    await ctx.db.insert("files", file);
  },
});

export const removeFile = mutation({
  args: { storageId: v.id("_storage") },
  handler: async (ctx, { storageId }) => {
    await ctx.storage.delete(storageId);
    for await (const file of ctx.db.query("files")) {
      if (file.storageId === storageId) await ctx.db.delete(file._id);
    }
  },
});

/** Everything of an epoch as of one moment, by index and by looking at all documents. */
export const state = internalQuery({
  args: { epoch: v.number() },
  handler: async (ctx, { epoch }) => {
    const entries = await ctx.db
      .query("entries")
      .withIndex("by_epoch", (q) => q.eq("epoch", epoch))
      .collect();
    const halves = await ctx.db
      .query("halves")
      .withIndex("by_epoch", (q) => q.eq("epoch", epoch))
      .collect();
    const runs = await ctx.db
      .query("runs")
      .withIndex("by_epoch", (q) => q.eq("epoch", epoch))
      .collect();
    const counter = await ctx.db
      .query("counters")
      .withIndex("by_epoch", (q) => q.eq("epoch", epoch))
      .unique();
    const byValue = await ctx.db.query("counters").withIndex("by_value").collect();
    const byKey = await Promise.all(
      entries.map(({ key }) =>
        ctx.db
          .query("entries")
          .withIndex("by_key", (q) => q.eq("key", key))
          .collect(),
      ),
    );
    const jobs = await Promise.all(
      entries.map(async ({ mutationJob, actionJob }) => ({
        mutation: mutationJob && (await ctx.db.system.get(mutationJob))?.state.kind,
        action: actionJob && (await ctx.db.system.get(actionJob))?.state.kind,
      })),
    );
    return {
      entries: entries.map(({ key }, i) => ({
        key,
        ...jobs[i],
        foundByKey: byKey[i]?.length ?? 0,
      })),
      halves: halves.map(({ key }) => key),
      runs: runs.map(({ key, kind }) => ({ key, kind })),
      counter: counter?.value ?? 0,
      countersByValue: byValue.filter((each) => each.epoch === epoch).map(({ value }) => value),
    };
  },
});

/** The keys of a page of entries in the order of their creation, to hold against the index. */
export const entryPage = internalQuery({
  args: { cursor: v.union(v.string(), v.null()) },
  handler: async (ctx, { cursor }) => {
    const { page, isDone, continueCursor } = await ctx.db
      .query("entries")
      .paginate({ cursor, numItems: 4000 });
    return { keys: page.map(({ key }) => key), isDone, continueCursor };
  },
});

export const entryPageByKey = internalQuery({
  args: { cursor: v.union(v.string(), v.null()) },
  handler: async (ctx, { cursor }) => {
    const { page, isDone, continueCursor } = await ctx.db
      .query("entries")
      .withIndex("by_key")
      .paginate({ cursor, numItems: 4000 });
    return { keys: page.map(({ key }) => key), isDone, continueCursor };
  },
});

/** The app's files and all that are stored, with the addresses of the latter. */
export const files = internalQuery({
  args: {},
  handler: async (ctx) => {
    const rows = await ctx.db.query("files").collect();
    const stored = await ctx.db.system.query("_storage").collect();
    return {
      rows: rows.map(({ key, storageId, sha256 }) => ({ key, storageId, sha256 })),
      stored: await Promise.all(
        stored.map(async ({ _id, sha256, size }) => ({
          ...{ id: _id, sha256, size },
          url: await ctx.storage.getUrl(_id),
        })),
      ),
    };
  },
});
