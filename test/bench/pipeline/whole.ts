// A figure counts only when the lecture is whole.
import { spokenSeconds, type ScriptedLecture } from "../../harness/scriptedLecture.ts";

/** @throws Error when a sentence is missing, doubled or out of order */
export function expectWhole(
  transcript: Parameters<typeof spokenSeconds>[0],
  { seconds: expected }: ScriptedLecture,
): void {
  const spoken = spokenSeconds(transcript);
  const differs = expected.findIndex((second, index) => spoken[index] !== second);
  if (spoken.length === expected.length && differs === -1) return;
  throw new Error(`The transcript is not whole: ${spoken.length} of ${expected.length} sentences.`);
}
