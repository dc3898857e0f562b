// How far a job is, from 0 to 100, and what it is busy with. Pure: facts in, numbers out.
//
// 0 to 10 receiving, 10 to 50 transcribing by audio time, 50 to 90 writing, 90 to 100 saving. While
// pieces still come, nobody knows how many there will be: the number stays within the first ten, and
// what is already transcribed and written counts at once when the last piece is in.

import type { JobStatus, Stage } from "./validators.ts";

export type ProgressFacts = {
  status: JobStatus;
  intake: "open" | "complete";
  chunks: number;
  settledChunks: number;
  /** Lengths without overlaps. */
  receivedMs: number;
  settledMs: number;
  /** On the lecture's clock. */
  endMs: number;
  writtenToMs: number;
};

/** After this much, a lecture that still comes in has two thirds of the first ten percent. */
const TYPICAL_LECTURE_MS = 45 * 60_000;

export function progressOf(facts: ProgressFacts): number {
  if (facts.status === "completed") return 100;
  if (facts.intake === "open") return 10 * (1 - Math.exp(-facts.receivedMs / TYPICAL_LECTURE_MS));
  const transcribed = allSettled(facts) ? 1 : share(facts.settledMs, facts.receivedMs);
  const written = share(facts.writtenToMs, facts.endMs);
  return 10 + 40 * transcribed + 40 * written;
}

export function stageOf(facts: ProgressFacts): Stage {
  if (facts.status === "completed") return "done";
  if (facts.intake === "open") return facts.settledChunks > 0 ? "transcribing" : "receiving";
  if (!allSettled(facts)) return "transcribing";
  return facts.writtenToMs < facts.endMs ? "writing" : "saving";
}

function allSettled(facts: ProgressFacts): boolean {
  return facts.settledChunks >= facts.chunks;
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}
