// The tables of the differential suite: one that takes any values, one that is strict.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  items: defineTable(v.any())
    .index("by_a", ["a"])
    .index("by_a_b", ["a", "b"])
    .index("by_nested", ["nested.x", "n"])
    .searchIndex("by_text", { searchField: "text", filterFields: ["n"] }),
  strict: defineTable({
    name: v.string(),
    kind: v.union(v.literal("x"), v.literal("y"), v.literal(3)),
    count: v.optional(v.number()),
    big: v.optional(v.int64()),
    tags: v.optional(v.array(v.union(v.string(), v.null()))),
    item: v.optional(v.id("items")),
    inner: v.optional(v.object({ flag: v.boolean(), bytes: v.optional(v.bytes()) })),
  }).index("by_kind_count", ["kind", "count"]),
});
