// Text without captions' form as a transcript: prose gets reckoned times, pasted transcripts with
// times on their lines keep them.

import { MAX_SEGMENT_LENGTH } from "./limits.ts";
import type { Segment } from "./transcript.ts";
import { countWords, sentencesOf } from "./words.ts";

/** The pace at which text without times is taken to be spoken: that of an unhurried lecturer. */
export const WORDS_A_MINUTE = 150;
/** A speaker pauses between paragraphs; the pause also carries the paragraph into the transcript. */
const PARAGRAPH_PAUSE_MS = 2500;

/**
 * Prose as segments of a sentence each, with times reckoned at 150 words a minute.
 *
 * @param options.markdown take away Markdown's signs first
 */
export function textToSegments(text: string, options: { markdown?: boolean } = {}): Segment[] {
  const plain = (options.markdown ? withoutMarkdown(text) : text).replace(/\r\n?/gu, "\n");
  const segments: Segment[] = [];
  let clockMs = 0;
  for (const paragraph of paragraphsOf(plain)) {
    for (const sentence of sentencesOf(paragraph).flatMap(fitting)) {
      const durationMs = Math.max(
        300,
        Math.round((countWords(sentence) * 60_000) / WORDS_A_MINUTE),
      );
      segments.push({ startMs: clockMs, endMs: clockMs + durationMs, text: sentence });
      clockMs += durationMs;
    }
    clockMs += PARAGRAPH_PAUSE_MS;
  }
  return segments;
}

const LINE_TIME =
  /^\s*[[(]?((?:\d{1,3}:)?\d{1,2}:\d{2})(?:[.,]\d{1,3})?[\])]?\s*(?:[-–—:|]\s+)?(.*)$/u;

/**
 * A pasted transcript whose lines carry times ("0:04 so today", "[00:01:02] ...", or times on lines
 * of their own, as video sites copy them), or undefined when the text is not one.
 */
export function parseTimedText(text: string): Segment[] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const marks: { startMs: number; text: string[] }[] = [];
  let timed = 0;
  for (const line of lines) {
    const match = LINE_TIME.exec(line);
    if (match?.[1] === undefined) {
      marks.at(-1)?.text.push(line.trim());
      continue;
    }
    const startMs = clockToMs(match[1]);
    if (startMs < (marks.at(-1)?.startMs ?? 0)) return undefined;
    marks.push({ startMs, text: match[2]?.trim() ? [match[2].trim()] : [] });
    timed += 1;
  }
  // Three times in a long text are an agenda in it; a transcript has one every few lines.
  if (timed < 3 || timed < lines.length / 8) return undefined;
  const spoken = marks
    .map((mark) => ({ startMs: mark.startMs, text: mark.text.join(" ").replace(/\s+/gu, " ") }))
    .filter((mark) => mark.text !== "");
  return spoken.flatMap((mark, index) => {
    const said = Math.round((countWords(mark.text) * 60_000) / WORDS_A_MINUTE);
    const next = spoken[index + 1]?.startMs ?? mark.startMs + Math.max(1000, said);
    return spread(mark.text, mark.startMs, next);
  });
}

function spread(text: string, startMs: number, endMs: number): Segment[] {
  const parts = text.length <= 400 ? [text] : sentencesOf(text).flatMap(fitting);
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  let passed = 0;
  return parts.map((part) => {
    const from = startMs + Math.round(((endMs - startMs) * passed) / total);
    passed += part.length;
    return {
      startMs: from,
      endMs: startMs + Math.round(((endMs - startMs) * passed) / total),
      text: part,
    };
  });
}

function clockToMs(clock: string): number {
  return clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}

function paragraphsOf(text: string): string[] {
  return text
    .split(/\n\s*\n/u)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "");
}

/** A run without a single full stop (automatic transcripts) is cut at words into readable pieces. */
function fitting(sentence: string): string[] {
  const limit = Math.min(MAX_SEGMENT_LENGTH, 600);
  const pieces: string[] = [];
  let rest = sentence;
  while (rest.length > limit) {
    const space = rest.lastIndexOf(" ", limit);
    const cut = space > limit / 2 ? space : limit;
    pieces.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  return rest === "" ? pieces : [...pieces, rest];
}

/** Markdown's signs away, its words kept; headings and list items become paragraphs. */
function withoutMarkdown(text: string): string {
  return text
    .replace(/^---\n[\s\S]*?\n---\n/u, "")
    .replace(/<!--[\s\S]*?-->/gu, "")
    .replace(/^```.*$/gmu, "")
    .replace(/^\s{0,3}#{1,6}\s+(.*?)\s*#*$/gmu, "\n$1\n")
    .replace(/^(.+)\n[=-]{3,}\s*$/gmu, "\n$1\n")
    .replace(/^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?/gmu, "\n")
    .replace(/^\s*>\s?/gmu, "")
    .replace(/^\s*(?:[-*_]\s*){3,}$/gmu, "")
    .replace(/^\s*\|?(?:\s*:?-{3,}:?\s*\|)+.*$/gmu, "")
    .replace(/!\[([^\]]*)\]\([^)]*\)/gu, "$1")
    .replace(/\[([^\]]+)\]\([^)]*\)/gu, "$1")
    .replace(/(\*\*|__)(?=\S)([\s\S]*?\S)\1/gu, "$2")
    .replace(/(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]*\S)\*(?![\p{L}\p{N}*])/gu, "$1")
    .replace(/(?<![\p{L}\p{N}_])_(?=\S)([^_\n]*\S)_(?![\p{L}\p{N}_])/gu, "$1")
    .replace(/`([^`\n]+)`/gu, "$1");
}
