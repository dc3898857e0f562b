// Convex validators of what the writers and transcribers return, for the tables that store it.

import { v, type Infer } from "convex/values";
import type { NotesContent, SectionDraft } from "../../domain/notes.ts";
import type { Segment } from "../../domain/transcript.ts";

const timedText = v.object({ text: v.string(), startMs: v.number() });

export const segmentValidator = v.object({
  startMs: v.number(),
  endMs: v.number(),
  text: v.string(),
  words: v.optional(
    v.array(v.object({ startMs: v.number(), endMs: v.number(), text: v.string() })),
  ),
});

export const sectionValidator = v.object({
  heading: v.string(),
  startMs: v.number(),
  endMs: v.number(),
  points: v.array(timedText),
});

export const keyTakeawayValidator = timedText;

export const definitionValidator = v.object({
  term: v.string(),
  meaning: v.string(),
  startMs: v.number(),
});

export const writerNameValidator = v.object({
  kind: v.union(v.literal("model"), v.literal("offline")),
  name: v.string(),
  promptVersion: v.optional(v.string()),
});

export const sectionDraftFields = {
  startMs: v.number(),
  endMs: v.number(),
  sections: v.array(sectionValidator),
  definitions: v.array(definitionValidator),
  gist: v.array(timedText),
  keyTakeaways: v.array(keyTakeawayValidator),
  keyphrases: v.array(v.object({ text: v.string(), weight: v.number() })),
  subject: v.optional(v.string()),
  writer: writerNameValidator,
  fallbackReason: v.optional(v.string()),
};
export const sectionDraftValidator = v.object(sectionDraftFields);

export const notesContentFields = {
  title: v.string(),
  summary: v.string(),
  sections: v.array(sectionValidator),
  keyTakeaways: v.array(keyTakeawayValidator),
  definitions: v.array(definitionValidator),
};
export const notesContentValidator = v.object(notesContentFields);

// The domain types and these validators must say the same; a difference is a type error here.
type Same<A, B> = [A, B] extends [B, A] ? true : never;
true satisfies Same<Infer<typeof sectionDraftValidator>, SectionDraft>;
true satisfies Same<Infer<typeof notesContentValidator>, NotesContent>;
true satisfies Same<Infer<typeof segmentValidator>, Segment>;
