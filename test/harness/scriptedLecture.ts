// Lectures of any length for fault tests and benchmarks: pieces whose bytes say what is spoken in them, one numbered
// sentence every three seconds, so that what was lost, doubled or moved can be read off the transcript.
import type { Segment, TranscriptChunk } from "../../domain/transcript.ts";
import { scriptedAudio, secondAsWords, secondsInText } from "../provider/hear.ts";
import type { TestPiece } from "./client.ts";

const SENTENCE_EVERY_SECONDS = 3;

export type ScriptedLecture = { pieces: TestPiece[]; chunks: TranscriptChunk[]; seconds: number[] };

/** A lecture of `chunkCount` pieces of equal length. `firstSecond` keeps the numbers of several lectures apart. */
export function scriptedLecture(options: {
  chunkCount: number;
  chunkSeconds: number;
  firstSecond?: number;
}): ScriptedLecture {
  const { chunkCount, chunkSeconds, firstSecond = 0 } = options;
  const pieces: TestPiece[] = [];
  const chunks: TranscriptChunk[] = [];
  const seconds: number[] = [];
  for (let index = 0; index < chunkCount; index += 1) {
    const startMs = index * chunkSeconds * 1000;
    const durationMs = chunkSeconds * 1000;
    const segments: Segment[] = [];
    for (let at = 0; at < chunkSeconds; at += SENTENCE_EVERY_SECONDS) {
      const second = firstSecond + index * chunkSeconds + at;
      seconds.push(second);
      segments.push({
        startMs: at * 1000 + 100,
        endMs: Math.min(at * 1000 + 2900, durationMs),
        text: secondAsWords(second),
      });
    }
    pieces.push({ startMs, durationMs, bytes: scriptedAudio({ durationMs, segments }) });
    chunks.push({
      startMs,
      endMs: startMs + durationMs,
      segments: segments.map((segment) => ({
        ...segment,
        startMs: segment.startMs + startMs,
        endMs: segment.endMs + startMs,
      })),
    });
  }
  return { pieces, chunks, seconds };
}

/** The numbers that a transcript speaks, in its order. */
export function spokenSeconds(chunks: readonly { segments: readonly { text: string }[] }[]) {
  return secondsInText(
    chunks.flatMap((chunk) => chunk.segments.map((segment) => segment.text)).join(" "),
  );
}
