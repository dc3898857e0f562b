// The answer formats of OpenAI's transcription endpoint.
import { gzipSync } from "node:zlib";
import type { SpokenText } from "./transcribe.ts";
import type { TimedText } from "./words.ts";

/** `verbose_json`. The binding gives no probabilities, so those fields are left out rather than made up. */
export function toVerboseJson(spoken: SpokenText, include: { words: boolean }) {
  const words = spoken.segments.flatMap((segment) => segment.words ?? []);
  return {
    task: "transcribe",
    language: languageName(spoken.language),
    duration: spoken.durationMs / 1000,
    text: wholeText(spoken),
    segments: spoken.segments.map((segment, id) => ({
      id,
      start: segment.startMs / 1000,
      end: segment.endMs / 1000,
      text: segment.text,
      compression_ratio: compressionRatio(segment.text),
    })),
    ...(include.words && words.length > 0
      ? {
          words: words.map(({ startMs, endMs, text }) => ({
            word: text,
            start: startMs / 1000,
            end: endMs / 1000,
          })),
        }
      : {}),
  };
}

export function wholeText(spoken: SpokenText): string {
  return spoken.segments.map((segment) => segment.text).join(" ");
}

/** How much smaller deflating makes a text. Loops compress far better than speech: Whisper's own limit is 2.4. */
export function compressionRatio(text: string): number {
  const bytes = Buffer.from(text);
  return bytes.length === 0 ? 0 : bytes.length / gzipSync(bytes).length;
}

export function toSrt(segments: readonly TimedText[]): string {
  return segments
    .map(({ startMs, endMs, text }, index) => {
      const times = `${clock(startMs, ",")} --> ${clock(endMs, ",")}`;
      return `${index + 1}\n${times}\n${text}\n`;
    })
    .join("\n");
}

export function toVtt(segments: readonly TimedText[]): string {
  const cues = segments.map(
    ({ startMs, endMs, text }) => `${clock(startMs, ".")} --> ${clock(endMs, ".")}\n${text}\n`,
  );
  return ["WEBVTT\n", ...cues].join("\n");
}

/** "en" as OpenAI's endpoint says it: "english". */
function languageName(code: string): string {
  if (code === "") return "";
  const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });
  return (names.of(code) ?? code).toLowerCase();
}

function clock(ms: number, decimalMark: string): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const seconds = Math.floor(ms / 1000);
  const fraction = String(Math.floor(ms % 1000)).padStart(3, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${decimalMark}${fraction}`;
}
