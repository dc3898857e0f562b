// The table of the embedded backend's benchmarks.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  messages: defineTable({ room: v.number(), author: v.string(), text: v.string() }).index(
    "by_room",
    ["room"],
  ),
});
