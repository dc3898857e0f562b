// Brings captions and text that people have into the form of a transcript: WebVTT, SubRip, pasted
// transcripts with times, plain text and Markdown, with the oddities that such files have in the wild.

import { decodeEntities, stripCaptionMarkup } from "./captionMarkup.ts";
import {
  MAX_LECTURE_DURATION_MS,
  MAX_SEGMENT_LENGTH,
  MAX_TRANSCRIPT_CHARACTERS,
  MAX_TRANSCRIPT_WORDS,
  TRANSCRIPT_CHUNK_DURATION_MS,
} from "./limits.ts";
import { unrollCues, type Cue } from "./rollingCaptions.ts";
import { parseTimedText, textToSegments } from "./textTranscript.ts";
import type { Segment, TranscriptChunk } from "./transcript.ts";
import { countWords, sentencesOf } from "./words.ts";

export { textToSegments } from "./textTranscript.ts";

/** A file or text that can't become a transcript, with a sentence for the person who brought it. */
export class BadTranscript extends Error {
  readonly code: "empty" | "not_text" | "too_long" | "no_cues";

  constructor(code: BadTranscript["code"], message: string) {
    super(message);
    this.name = "BadTranscript";
    this.code = code;
  }
}

export type ParsedTranscript = {
  kind: "vtt" | "srt" | "text";
  segments: Segment[];
  /** Sentences about what was repaired or left out. */
  warnings: string[];
  /** True when the text had no times and they were reckoned from its length. */
  timesEstimated: boolean;
  /** The language that the file itself names, as it writes it. */
  language?: string;
};

const TIME = String.raw`(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?`;
const TIMING_LINE = new RegExp(String.raw`^\s*${TIME}\s*-{1,2}>\s*${TIME}(?:\s.*)?$`, "u");
// YouTube's own plain format writes "0:00:01.000,0:00:04.000".
const SBV_TIMING_LINE = new RegExp(String.raw`^\s*${TIME},${TIME}\s*$`, "u");

/**
 * Captions or text as timed segments, in order, without overlaps.
 *
 * @param text the file's content; see `decodeText` for bytes
 * @throws BadTranscript when it is empty, not text, too long, or captions without a single cue
 */
export function parseCaptions(text: string, options: { fileName?: string } = {}): ParsedTranscript {
  refuseUnusable(text);
  const clean = text.replace(/^\uFEFF+/u, "").replace(/\r\n?|\u2028|\u2029/gu, "\n");
  const kind = kindOf(clean, options.fileName);
  const parsed = kind === "text" ? parseText(clean, options.fileName) : parseCueFile(clean, kind);
  if (parsed.segments.length === 0) {
    throw new BadTranscript("empty", "There are no words in this text. Is it the right file?");
  }
  // First, because reckoned times of too many words run for more than a day as well.
  refuseTooManyWords(parsed.segments);
  const last = parsed.segments.at(-1);
  if (last && last.endMs > MAX_LECTURE_DURATION_MS) {
    throw new BadTranscript(
      "too_long",
      "These captions run for more than 24 hours. Split the file and bring in the parts.",
    );
  }
  return parsed;
}

/**
 * Text from the bytes of a file: UTF-8, UTF-16 with its mark, or the old Western code page that
 * many subtitle files are still written in.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/**
 * Segments as the chunks that are stored, about five minutes each. A chunk ends where a segment
 * ends; very dense files get shorter chunks so that each stays a small document.
 */
export function chunkSegments(segments: Segment[]): TranscriptChunk[] {
  const chunks: TranscriptChunk[] = [];
  let current: Segment[] = [];
  let characters = 0;
  for (const segment of segments) {
    const first = current[0];
    const full =
      first !== undefined &&
      (segment.endMs - first.startMs > TRANSCRIPT_CHUNK_DURATION_MS ||
        current.length >= 600 ||
        characters + segment.text.length > 60_000);
    if (full) {
      chunks.push(asChunk(current));
      current = [];
      characters = 0;
    }
    current.push({ startMs: segment.startMs, endMs: segment.endMs, text: segment.text });
    characters += segment.text.length;
  }
  if (current.length > 0) chunks.push(asChunk(current));
  return chunks;
}

function asChunk(segments: Segment[]): TranscriptChunk {
  const startMs = segments[0]?.startMs ?? 0;
  return { startMs, endMs: segments.reduce((end, s) => Math.max(end, s.endMs), startMs), segments };
}

function refuseUnusable(text: string): void {
  if (text.length > MAX_TRANSCRIPT_CHARACTERS) {
    throw new BadTranscript(
      "too_long",
      "This text is too long: at most 200,000 words fit in one lecture.",
    );
  }
  if (text.replace(/[\uFEFF\s]/gu, "") === "") {
    throw new BadTranscript("empty", "This is empty: there is no text to make notes of.");
  }
  const sample = text.slice(0, 20_000);

  const strange = (sample.match(/[\u0000-\u0008\u000E-\u001A\u001C-\u001F\uFFFD]/gu) ?? []).length;
  if (sample.includes("\u0000") || strange / sample.length > 0.02) {
    throw new BadTranscript(
      "not_text",
      "This does not look like text. Bring a .txt, .md, .vtt or .srt file, or choose it as audio or video.",
    );
  }
}

function refuseTooManyWords(segments: Segment[]): void {
  const words = segments.reduce((sum, segment) => sum + countWords(segment.text), 0);
  if (words > MAX_TRANSCRIPT_WORDS) {
    throw new BadTranscript(
      "too_long",
      `This transcript has ${words.toLocaleString("en")} words; at most 200,000 fit in one lecture. ` +
        "Split it and bring in the parts.",
    );
  }
}

function kindOf(text: string, fileName?: string): ParsedTranscript["kind"] {
  if (/^\s*WEBVTT\b/u.test(text)) return "vtt";
  const hasTiming = text.split("\n", 2000).some((line) => isTimingLine(line));
  if (hasTiming) return /\.vtt$/iu.test(fileName ?? "") ? "vtt" : "srt";
  if (/\.(vtt|srt)$/iu.test(fileName ?? "") && !/\S/u.test(withoutHeader(text))) return "vtt";
  return "text";
}

function withoutHeader(text: string): string {
  return text.replace(/^\s*WEBVTT[^\n]*/u, "");
}

function isTimingLine(line: string): boolean {
  return TIMING_LINE.test(line) || SBV_TIMING_LINE.test(line);
}

function parseText(text: string, fileName?: string): ParsedTranscript {
  const timed = parseTimedText(text);
  if (timed) return { kind: "text", segments: timed, warnings: [], timesEstimated: false };
  return {
    kind: "text",
    segments: textToSegments(text, { markdown: /\.(md|markdown)$/iu.test(fileName ?? "") }),
    warnings: [],
    timesEstimated: true,
  };
}

function parseCueFile(text: string, kind: "vtt" | "srt"): ParsedTranscript {
  const lines = text.split("\n");
  const { cues, unreadable } = kind === "vtt" ? readVttCues(lines) : readSrtCues(lines);
  if (cues.length === 0) {
    throw new BadTranscript(
      "no_cues",
      "No captions were found in this file: there is not one line with a time in it.",
    );
  }
  const warnings: string[] = [];
  if (unreadable > 0) {
    warnings.push(
      `${unreadable} ${unreadable === 1 ? "time line" : "time lines"} could not be read.`,
    );
  }
  const backwards = cues.filter((cue) => cue.endMs < cue.startMs).length;
  if (backwards > 0) {
    warnings.push(
      `${backwards} ${backwards === 1 ? "caption ends" : "captions end"} before the start.`,
    );
  }
  const { cues: unrolled, rolling } = unrollCues(inOrder(cues));
  if (rolling) warnings.push("Rolling captions: lines that were shown again were taken once.");
  const language = kind === "vtt" ? languageOf(lines) : undefined;
  return {
    kind,
    segments: withoutOverlaps(unrolled.flatMap(segmentsOfCue)),
    warnings,
    timesEstimated: false,
    ...(language === undefined ? {} : { language }),
  };
}

function languageOf(lines: string[]): string | undefined {
  const header = lines.slice(0, lines.indexOf("") === -1 ? 20 : Math.min(20, lines.indexOf("")));
  return header.map((line) => /^Language:\s*([\w-]+)/iu.exec(line)?.[1]).find(Boolean);
}

/** WebVTT: blocks between empty lines; notes, styles and regions are blocks without a time line. */
function readVttCues(lines: string[]): { cues: Cue[]; unreadable: number } {
  const cues: Cue[] = [];
  let unreadable = 0;
  let open: Cue | undefined;
  let skipping = false;
  for (const line of lines) {
    if (line === "") {
      open = undefined;
      skipping = false;
    } else if (line.includes("-->") || (open === undefined && isTimingLine(line))) {
      const timing = timesOf(line);
      if (!timing) unreadable += skipping ? 0 : 1;
      // No empty line before this cue: what looks like the text's last line is its number.
      if (open && /^\d+$/u.test(open.lines.at(-1) ?? "")) open.lines.pop();
      open = timing && !skipping ? { ...timing, lines: [] } : undefined;
      if (open) cues.push(open);
    } else if (open === undefined && /^(NOTE|STYLE|REGION)\b/u.test(line)) {
      skipping = true;
    } else {
      open?.lines.push(...textLines(line));
    }
  }
  return { cues, unreadable };
}

/** SubRip: a cue's text may hold empty lines, and its number may touch the text before it. */
function readSrtCues(lines: string[]): { cues: Cue[]; unreadable: number } {
  const cues: Cue[] = [];
  let unreadable = 0;
  let open: { cue: Cue; raw: string[] } | undefined;
  const close = (beforeTiming: boolean) => {
    if (!open) return;
    const raw = open.raw;
    while (raw.at(-1)?.trim() === "") raw.pop();
    if (beforeTiming && /^\s*\d+\s*$/u.test(raw.at(-1) ?? "")) raw.pop();
    open.cue.lines.push(...raw.flatMap(textLines));
  };
  for (const line of lines) {
    if (!line.includes("-->") && !SBV_TIMING_LINE.test(line)) {
      open?.raw.push(line);
      continue;
    }
    close(true);
    const timing = timesOf(line);
    if (!timing) unreadable += 1;
    open = timing ? { cue: { ...timing, lines: [] }, raw: [] } : undefined;
    if (open) cues.push(open.cue);
  }
  close(false);
  return { cues, unreadable };
}

function timesOf(line: string): { startMs: number; endMs: number } | undefined {
  const match = TIMING_LINE.exec(line) ?? SBV_TIMING_LINE.exec(line);
  if (!match) return undefined;
  const startMs = toMs(match.slice(1, 5));
  const endMs = toMs(match.slice(5, 9));
  return startMs === undefined || endMs === undefined ? undefined : { startMs, endMs };
}

function toMs(parts: (string | undefined)[]): number | undefined {
  const [hours = "0", minutes = "0", seconds = "0", fraction = ""] = parts;
  if (Number(seconds) > 59 || Number(minutes) > 59) return undefined;
  const wholeSeconds = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return wholeSeconds * 1000 + Number(fraction.padEnd(3, "0"));
}

function textLines(raw: string): string[] {
  const line = decodeEntities(stripCaptionMarkup(raw)).replace(/\s+/gu, " ").trim();
  return line === "" ? [] : [line];
}

function inOrder(cues: Cue[]): Cue[] {
  return cues
    .filter((cue) => cue.lines.length > 0)
    .map((cue) => ({ ...cue, endMs: Math.max(cue.startMs, cue.endMs) }))
    .sort((a, b) => a.startMs - b.startMs);
}

/** A cue is one segment; one that holds more text than a segment may is cut at its sentences. */
function segmentsOfCue(cue: Cue): Segment[] {
  const text = cue.lines.join(" ");
  if (text.length <= MAX_SEGMENT_LENGTH) {
    return [{ startMs: cue.startMs, endMs: cue.endMs, text }];
  }
  const parts = sentencesOf(text).flatMap((sentence) => cutAtWords(sentence, MAX_SEGMENT_LENGTH));
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  let passed = 0;
  return parts.map((part) => {
    const at = (length: number) =>
      Math.round(cue.startMs + ((cue.endMs - cue.startMs) * length) / total);
    const startMs = at(passed);
    passed += part.length;
    return { startMs, endMs: at(passed), text: part };
  });
}

function cutAtWords(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > limit) {
    const space = rest.lastIndexOf(" ", limit);
    const cut = space > limit / 2 ? space : limit;
    parts.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  return rest === "" ? parts : [...parts, rest];
}

function withoutOverlaps(segments: Segment[]): Segment[] {
  return segments.map((segment, index) => {
    const next = segments[index + 1];
    const limit = next ? Math.max(next.startMs, segment.startMs) : segment.endMs;
    return { ...segment, endMs: Math.max(segment.startMs, Math.min(segment.endMs, limit)) };
  });
}
