// The fastest that a job can be when everything but the provider's calls takes no time: what the pipeline is measured against.
import type { TranscriptChunk } from "../../domain/transcript.ts";
import { nextWindow } from "../../convex/ai/windows.ts";

export type IdealInput = {
  /** The lecture's text by piece, all pieces there from the start. */
  chunks: readonly TranscriptChunk[];
  lanes: number;
  transcriptionMs: number;
  /** One window's writing; windows are written one after another, each knows the headings before it. */
  windowMs: number;
  mergeMs: number;
};

/** Milliseconds from the last upload to finished notes. */
export function idealScheduleMs(input: IdealInput): number {
  const { chunks, lanes, transcriptionMs, windowMs, mergeMs } = input;
  // Lanes take the pieces in order and all calls are equally long: piece i is done after its round.
  const doneAt = chunks.map((_, index) => (Math.floor(index / lanes) + 1) * transcriptionMs);
  let nowMs = 0;
  let fromMs = 0;
  for (;;) {
    const heard = doneAt.filter((at) => at <= nowMs).length;
    const final = heard === chunks.length;
    const window = nextWindow({ chunks: chunks.slice(0, heard), fromMs, final });
    if (window) {
      fromMs = window.endMs;
      nowMs += windowMs;
    } else if (final) {
      return nowMs + mergeMs;
    } else {
      // The writer waits for the next piece.
      nowMs = doneAt[heard] ?? nowMs;
    }
  }
}
