// What the embedded backend's benchmarks run: small functions as chat apps have them.
import {
  mutationGeneric,
  queryGeneric,
  type GenericDataModel,
  type MutationBuilder,
  type QueryBuilder,
} from "convex/server";
import { v } from "convex/values";

const mutation = mutationGeneric as MutationBuilder<GenericDataModel, "public">;
const query = queryGeneric as QueryBuilder<GenericDataModel, "public">;

export const send = mutation({
  args: { room: v.number(), author: v.string(), text: v.string() },
  returns: v.id("messages"),
  handler: (ctx, message) => ctx.db.insert("messages", message),
});

/** `count` messages, `perRoom` of them in each room from `firstRoom` on. */
export const fill = mutation({
  args: { firstRoom: v.number(), perRoom: v.number(), count: v.number() },
  returns: v.array(v.id("messages")),
  handler: async (ctx, { firstRoom, perRoom, count }) => {
    const ids = [];
    for (let i = 0; i < count; i++) {
      const room = firstRoom + Math.floor(i / perRoom);
      const message = { room, author: `author ${i % 50}`, text: `message number ${i}` };
      ids.push(await ctx.db.insert("messages", message));
    }
    return ids;
  },
});

export const get = query({
  args: { id: v.id("messages") },
  handler: (ctx, { id }) => ctx.db.get(id),
});

/** The newest messages of a room. `reader` only makes two readers' queries differ, so that they are not shared. */
export const latest = query({
  args: { room: v.number(), limit: v.number(), reader: v.optional(v.number()) },
  handler: (ctx, { room, limit }) =>
    ctx.db
      .query("messages")
      // Indexes are untyped here: the data model is any.
      .withIndex("by_room", (q) => q.eq("room", room as never))
      .order("desc")
      .take(limit),
});
