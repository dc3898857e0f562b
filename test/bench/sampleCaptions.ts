// The app's sample lecture as captions: one cue for every sentence, times reckoned at an unhurried
// lecturer's pace. `node test/bench/sampleCaptions.ts` writes public/sample/candle.vtt.

import { writeFile } from "node:fs/promises";
import { formatVttTime } from "../../domain/time.ts";
import { LECTURES, segmentsOf, type Lecture } from "./lectures.ts";

export const SAMPLE_FILE = new URL("../../public/sample/candle.vtt", import.meta.url);

/** The captions' text. */
export function captionsOf(lecture: Lecture): string {
  const head = [
    "WEBVTT",
    "Kind: captions",
    "Language: en",
    "",
    "NOTE",
    "Michael Faraday, The Chemical History of a Candle, lecture 1, Royal Institution, 1860.",
    "In the public domain. Times are reckoned, not measured.",
  ].join("\n");
  const cues = segmentsOf(lecture).map(
    ({ startMs, endMs, text }) => `${formatVttTime(startMs)} --> ${formatVttTime(endMs)}\n${text}`,
  );
  return `${[head, ...cues].join("\n\n")}\n`;
}

if (import.meta.main) {
  const [sample] = LECTURES;
  if (!sample) throw new Error("There is no sample lecture.");
  await writeFile(SAMPLE_FILE, captionsOf(sample));
  console.log(`Written: ${SAMPLE_FILE.pathname}`);
}
