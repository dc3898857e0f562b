// What the parts of a lecture's page hand to each other.
import type { FunctionReturnType } from "convex/server";
import type { api } from "../../../convex/_generated/api.js";

export type LectureDetails = NonNullable<FunctionReturnType<typeof api.lectures.get>>;

export type Notes = NonNullable<FunctionReturnType<typeof api.notes.get>>;

/** Whether work is still going on, or will by itself: chunks, drafts and notes may still change. */
export function isAtWork(lecture: Pick<LectureDetails, "state">): boolean {
  return lecture.state === "receiving" || lecture.state === "processing";
}
