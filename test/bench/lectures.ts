// The lectures that notes are judged on, as a person would bring them in.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chunkSegments, parseCaptions } from "../../domain/captions.ts";
import type { Segment, TranscriptChunk } from "../../domain/transcript.ts";

export type Lecture = {
  name: string;
  file: string;
  /** What is special about it for a writer of notes. */
  style: string;
};

/** The one that the app shows with one click. */
export const SAMPLE: Lecture = {
  name: "Faraday, The Chemical History of a Candle",
  file: "faraday-candle.txt",
  style: "spoken, with experiments",
};

export const LECTURES: Lecture[] = [
  SAMPLE,
  { name: "Huxley, On a Piece of Chalk", file: "huxley-chalk.txt", style: "popular lecture" },
  {
    name: "Kennedy, State of the Union 1962",
    file: "kennedy-union.vtt",
    style: "automatic captions, no punctuation",
  },
  {
    name: "Roosevelt, Annual message 1908",
    file: "roosevelt-message.txt",
    style: "edited prose, 36 subjects",
  },
];

/** The file's text. */
export function textOf(lecture: Lecture): string {
  const url = new URL(`../fixtures/lectures/${lecture.file}`, import.meta.url);
  return readFileSync(fileURLToPath(url), "utf8");
}

/** The lecture as its transcript. */
export function segmentsOf(lecture: Lecture): Segment[] {
  return parseCaptions(textOf(lecture), { fileName: lecture.file }).segments;
}

/** The lecture as the chunks that are stored. */
export function chunksOf(lecture: Lecture): TranscriptChunk[] {
  return chunkSegments(segmentsOf(lecture));
}

/** All lectures one after the other, again and again up to so many words, an hour apart. */
export function longLecture(words: number): TranscriptChunk[] {
  const segments: Segment[] = [];
  let startMs = 0;
  let count = 0;
  while (count < words) {
    for (const lecture of LECTURES) {
      for (const segment of segmentsOf(lecture)) {
        if (count >= words) return chunkSegments(segments);
        segments.push({
          startMs: startMs + segment.startMs,
          endMs: startMs + segment.endMs,
          text: segment.text,
        });
        count += segment.text.split(/\s+/u).length;
      }
      startMs = (segments.at(-1)?.endMs ?? 0) + 5000;
    }
  }
  return chunkSegments(segments);
}
