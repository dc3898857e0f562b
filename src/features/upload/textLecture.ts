/** Captions and text become lectures without a detour: parsed here, kept in the outbox, sent like everything else. */
import {
  BadTranscript,
  chunkSegments,
  decodeText,
  parseCaptions,
} from "../../../domain/captions.ts";
import type { LectureSource, LocalLecture, TextChunk } from "../../recorder/outbox/ledger.ts";
import { titleFrom } from "../../recorder/files/fileIntake.ts";
import { ownerOfNewLectures } from "./accountId.ts";
import { deviceOutbox } from "./deviceOutbox.ts";
import { uniqueKey } from "../../recorder/uniqueKey.ts";

export type TextDetails = { title?: string; course?: string };

/** What a text became, and what had to be put right in it. */
export type AddedText = { clientKey: string; warnings: string[] };

const TEXT_FILE = /\.(vtt|srt|sbv|txt|text|md|markdown)$/iu;
/** Nothing that could become a transcript is larger; it must not be read into memory to find that out. */
const LARGEST_TEXT_FILE_BYTES = 48_000_000;

/** True for files that hold words and not sound, by their names and types. */
export function isTextFile(file: File): boolean {
  return TEXT_FILE.test(file.name) || file.type.startsWith("text/");
}

/** @throws BadTranscript with a sentence for the person */
export async function addTextFile(file: File, details: TextDetails): Promise<AddedText> {
  if (file.size === 0) {
    throw new BadTranscript(
      "empty",
      `“${file.name}” is empty (0 bytes). It may not have been copied completely.`,
    );
  }
  if (file.size > LARGEST_TEXT_FILE_BYTES) {
    throw new BadTranscript(
      "too_long",
      `“${file.name}” is too large for a transcript: at most 200,000 words fit in one lecture.`,
    );
  }
  const text = decodeText(new Uint8Array(await file.arrayBuffer()));
  return addText(text, {
    ...details,
    title: details.title || titleFrom(file.name),
    fileName: file.name,
    recordedAt: file.lastModified || Date.now(),
  });
}

/** @throws BadTranscript with a sentence for the person */
export async function addText(
  text: string,
  options: TextDetails & { fileName?: string; recordedAt?: number },
): Promise<AddedText> {
  const { chunks, source, language, warnings } = transcriptFrom(text, options.fileName);
  const lecture = newTextLecture({ ...options, source, language });
  await (await deviceOutbox()).addTextLecture(lecture, chunks);
  return { clientKey: lecture.clientKey, warnings };
}

/** @throws BadTranscript with a sentence for the person */
export function transcriptFrom(text: string, fileName?: string) {
  const parsed = parseCaptions(text, { fileName });
  const source: LectureSource = parsed.kind === "text" ? "text" : "captions";
  const chunks: TextChunk[] = chunkSegments(parsed.segments).map(
    ({ startMs, endMs, segments }) => ({
      startMs,
      endMs,
      segments: segments.map((segment) => ({
        startMs: segment.startMs,
        endMs: segment.endMs,
        text: segment.text,
      })),
    }),
  );
  return { chunks, source, language: parsed.language, warnings: parsed.warnings };
}

export function newTextLecture(options: {
  title?: string;
  course?: string;
  language?: string;
  fileName?: string;
  recordedAt?: number;
  source: LectureSource;
}): LocalLecture {
  const now = Date.now();
  return {
    clientKey: uniqueKey(),
    source: options.source,
    title: options.title || undefined,
    course: options.course || undefined,
    language: options.language,
    fileName: options.fileName,
    ownerId: ownerOfNewLectures(),
    recordedAt: options.recordedAt ?? now,
    createdAt: now,
    intake: "complete",
    createTried: false,
    detailsChanged: false,
    session: 0,
    firstIndex: 0,
    startMs: 0,
  };
}
