// The answer formats of OpenAI's transcription endpoint.
import { gzipSync } from "node:zlib";
import type { SpokenSegment, SpokenText } from "./whisper.ts";

/** `verbose_json`. The binding gives no token probabilities, so those fields are left out rather than made up. */
export function toVerboseJson(spoken: SpokenText, durationMs: number) {
  return {
    task: "transcribe",
    language: spoken.language,
    duration: durationMs / 1000,
    text: spoken.segments.map((segment) => segment.text).join(" "),
    segments: spoken.segments.map((segment, id) => ({
      id,
      start: segment.startMs / 1000,
      end: segment.endMs / 1000,
      text: segment.text,
      compression_ratio: compressionRatio(segment.text),
    })),
  };
}

/** How much smaller gzip makes a text. Loops compress far better than speech: Whisper's own limit is 2.4. */
function compressionRatio(text: string): number {
  const bytes = Buffer.from(text);
  return bytes.length === 0 ? 0 : bytes.length / gzipSync(bytes).length;
}

export function toSrt(segments: SpokenSegment[]): string {
  return segments
    .map(({ startMs, endMs, text }, index) => {
      const times = `${clock(startMs, ",")} --> ${clock(endMs, ",")}`;
      return `${index + 1}\n${times}\n${text}\n`;
    })
    .join("\n");
}

export function toVtt(segments: SpokenSegment[]): string {
  const cues = segments.map(
    ({ startMs, endMs, text }) => `${clock(startMs, ".")} --> ${clock(endMs, ".")}\n${text}\n`,
  );
  return ["WEBVTT\n", ...cues].join("\n");
}

function clock(ms: number, decimalMark: string): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const seconds = Math.floor(ms / 1000);
  const fraction = String(Math.floor(ms % 1000)).padStart(3, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${decimalMark}${fraction}`;
}
