// A transcript as captions: SubRip and WebVTT, in cues short enough to be read.
import { formatSrtTime, formatVttTime } from "../time.ts";
import type { ExportedSegment } from "./exportedLecture.ts";

/** Two lines of 42 characters: what broadcasters' guidelines agree on. */
const LINE_LENGTH = 42;
const CUE_LENGTH = 2 * LINE_LENGTH;

type Cue = { startMs: number; endMs: number; text: string };

/** SubRip: numbered cues, a comma in the times. */
export function transcriptToSrt(segments: Iterable<ExportedSegment>): string {
  return cuesOf(segments)
    .map(
      ({ startMs, endMs, text }, index) =>
        `${index + 1}\n${formatSrtTime(startMs)} --> ${formatSrtTime(endMs)}\n${text}\n`,
    )
    .join("\n");
}

/** WebVTT, with its three reserved characters written as entities. */
export function transcriptToVtt(segments: Iterable<ExportedSegment>): string {
  const cues = cuesOf(segments).map(
    ({ startMs, endMs, text }) =>
      `${formatVttTime(startMs)} --> ${formatVttTime(endMs)}\n${escapeVtt(text)}\n`,
  );
  return ["WEBVTT\n", ...cues].join("\n");
}

/** Segments cut into cues, none of which overlaps the next (some players then show both at once). */
function cuesOf(segments: Iterable<ExportedSegment>): Cue[] {
  const cues = [...segments].flatMap(cutIntoCues);
  for (const [index, cue] of cues.entries()) {
    const next = cues[index + 1];
    if (next) cue.endMs = Math.min(cue.endMs, Math.max(cue.startMs, next.startMs));
  }
  return cues.filter((cue) => cue.endMs > cue.startMs);
}

/** A segment's words spread over cues; a cue's share of the time is its share of the characters. */
function cutIntoCues({ startMs, endMs, text }: ExportedSegment): Cue[] {
  const words = text.split(/\s+/u).filter(Boolean);
  const cueCount = Math.ceil(words.join(" ").length / CUE_LENGTH);
  if (cueCount === 0) return [];
  // Equal parts, not full cues and a rest of one word.
  const target = Math.min(CUE_LENGTH, Math.ceil(words.join(" ").length / cueCount) + 8);
  const texts = joinUpTo(words, target);
  const total = texts.reduce((sum, each) => sum + each.length, 0);
  let read = 0;
  return texts.map((each) => {
    const from = startMs + ((endMs - startMs) * read) / total;
    read += each.length;
    const to = startMs + ((endMs - startMs) * read) / total;
    return { startMs: from, endMs: to, text: joinUpTo(each.split(" "), LINE_LENGTH).join("\n") };
  });
}

/** Words joined into lines of at most `length` characters; a longer word stands alone. */
function joinUpTo(words: string[], length: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= length) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

function escapeVtt(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
