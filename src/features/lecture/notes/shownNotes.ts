// What the page shows as notes: the drafts while they are written, then the finished ones in their place.
import type { Definition, KeyTakeaway, Section, WriterName } from "../../../../domain/notes.ts";

export type ShownNotes = {
  isFinal: boolean;
  summary?: string;
  sections: Section[];
  keyTakeaways: KeyTakeaway[];
  definitions: Definition[];
};

export type Draft = { windowIndex: number; sections: Section[]; writer?: WriterName };
type FinalNotes = {
  summary: string;
  sections: Section[];
  keyTakeaways: KeyTakeaway[];
  definitions: Definition[];
};

/** Undefined while neither is known. */
export function shownNotes(
  notes: FinalNotes | null | undefined,
  drafts: readonly Draft[] | undefined,
): ShownNotes | undefined {
  if (notes) {
    const { summary, sections, keyTakeaways, definitions } = notes;
    return { isFinal: true, summary, sections, keyTakeaways, definitions };
  }
  if (notes === undefined || drafts === undefined) return undefined;
  // Windows may be finished out of order; they are read in the lecture's.
  const inOrder = [...drafts].sort((a, b) => a.windowIndex - b.windowIndex);
  return {
    isFinal: false,
    sections: inOrder.flatMap((draft) => draft.sections),
    keyTakeaways: [],
    definitions: [],
  };
}

/** The section of a moment, by which a reader's place is found again when drafts become final. */
export function sectionNearest(startsMs: readonly number[], timeMs: number): number {
  let nearest = -1;
  for (const [index, startMs] of startsMs.entries()) {
    const best = startsMs[nearest];
    if (best === undefined || Math.abs(startMs - timeMs) < Math.abs(best - timeMs)) nearest = index;
  }
  return nearest;
}
