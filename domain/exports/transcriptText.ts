// A transcript as text with a time at the head of each paragraph.
import { formatClock } from "../time.ts";
import type { ExportedSegment } from "./exportedLecture.ts";

/** A new paragraph begins at a pause of this length ... */
const PAUSE_MS = 1_800;
/** ... and at the first end of a sentence after this many characters. */
const LENGTH_LIMIT = 600;

/** Paragraphs, each led by its time: `[4:05] And so the candle …`. */
export function transcriptToText(title: string, segments: Iterable<ExportedSegment>): string {
  const paragraphs: { startMs: number; text: string }[] = [];
  let lastEndMs = 0;
  for (const segment of segments) {
    const text = segment.text.trim();
    if (text === "") continue;
    const current = paragraphs.at(-1);
    const isFull = current && current.text.length >= LENGTH_LIMIT && endsSentence(current.text);
    if (!current || isFull || segment.startMs - lastEndMs >= PAUSE_MS) {
      paragraphs.push({ startMs: segment.startMs, text });
    } else {
      current.text += ` ${text}`;
    }
    lastEndMs = segment.endMs;
  }
  const body = paragraphs.map(({ startMs, text }) => `[${formatClock(startMs)}] ${text}`);
  return `${[title, ...body].join("\n\n")}\n`;
}

function endsSentence(text: string): boolean {
  return /[.!?…。？！]["”’)]*$/.test(text);
}
