// A whole lecture through a notes writer, window by window and then merged, as the pipeline does it.

import { planWindows } from "../../convex/ai/windows.ts";
import type { NotesWriter, WritingUsage } from "../../convex/ai/types.ts";
import type { NotesContent, SectionDraft } from "../../domain/notes.ts";
import type { TranscriptChunk } from "../../domain/transcript.ts";

export type Written = { notes: NotesContent; drafts: SectionDraft[]; usage: WritingUsage };

/** The notes of a lecture whose transcript is complete. */
export async function writeNotes(
  writer: NotesWriter,
  chunks: TranscriptChunk[],
  language?: string,
): Promise<Written> {
  const drafts: SectionDraft[] = [];
  const usage = { inputTokens: 0, outputTokens: 0, calls: 0 };
  const add = (more: WritingUsage) => {
    usage.inputTokens += more.inputTokens;
    usage.outputTokens += more.outputTokens;
    usage.calls += more.calls;
  };
  for (const plan of planWindows({ chunks, fromMs: 0, final: true })) {
    const headingsSoFar = drafts.flatMap((draft) => draft.sections.map(({ heading }) => heading));
    const written = await writer.writeWindow({
      ...plan,
      headingsSoFar,
      ...(language === undefined ? {} : { language }),
    });
    drafts.push(written.draft);
    add(written.usage);
  }
  const merged = await writer.merge({ drafts, ...(language === undefined ? {} : { language }) });
  add(merged.usage);
  return { notes: merged.notes, drafts, usage };
}
