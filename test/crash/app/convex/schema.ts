// What the crash suite writes, so that every kind of half-done work would show.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** One for each `work:add`; `epoch` groups what one check looks at. */
  entries: defineTable({
    epoch: v.number(),
    key: v.string(),
    mutationJob: v.optional(v.id("_scheduled_functions")),
    actionJob: v.optional(v.id("_scheduled_functions")),
  })
    .index("by_epoch", ["epoch"])
    .index("by_key", ["key"]),
  /** How many entries an epoch has, kept in the same transactions. */
  counters: defineTable({ epoch: v.number(), value: v.number() })
    .index("by_epoch", ["epoch"])
    // Its key changes with every write, so that an entry that is left behind shows.
    .index("by_value", ["value"]),
  /** Two for each entry, written at the two ends of its mutation. */
  halves: defineTable({ epoch: v.number(), key: v.string() }).index("by_epoch", ["epoch"]),
  /** What scheduled functions did. */
  runs: defineTable({
    epoch: v.number(),
    key: v.string(),
    kind: v.union(v.literal("mutation"), v.literal("action began"), v.literal("action ended")),
  }).index("by_epoch", ["epoch"]),
  files: defineTable({
    epoch: v.number(),
    key: v.string(),
    storageId: v.id("_storage"),
    sha256: v.string(),
  }).index("by_epoch", ["epoch"]),
});
