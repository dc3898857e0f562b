// Turns audio bytes into the words that are in them: a tone code for tests with real audio
// (test/browser/signal.ts), or a script in the bytes for benchmarks that need thousands of pieces.
import { secondsHeard } from "../browser/signal.ts";
import { decodeAudio } from "./decode.ts";
import { listenElsewhere } from "./listeners.ts";

export type Heard = {
  durationMs: number;
  segments: { startMs: number; endMs: number; text: string }[];
};

const scriptedMark = "LECTERN-TEST-AUDIO ";

/** A stand-in for a piece of audio: bytes that say which words are spoken when. Times count from the piece's start. */
export function scriptedAudio(heard: Heard): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(scriptedMark + JSON.stringify(heard));
}

/** What is said in `bytes`, or null when they are no audio that can be decoded. */
export async function hearAudio(bytes: Uint8Array, mimeTypeOrName: string): Promise<Heard | null> {
  const head = new TextDecoder().decode(bytes.subarray(0, scriptedMark.length));
  if (head === scriptedMark) {
    return JSON.parse(new TextDecoder().decode(bytes.subarray(scriptedMark.length))) as Heard;
  }
  return await listenElsewhere(bytes, mimeTypeOrName);
}

/** What is said in real audio. Decoding and listening take seconds for minutes of sound. */
export async function listen(bytes: Uint8Array, mimeTypeOrName: string): Promise<Heard | null> {
  let audio;
  try {
    audio = await decodeAudio(bytes, mimeTypeOrName);
  } catch {
    return null; // the server answers 400, as a real provider does for bytes it cannot decode
  }
  const durationMs = (audio.pcm.length / audio.sampleRateHz) * 1000;
  const segments = secondsHeard(audio.pcm, audio.sampleRateHz).map((heard) => ({
    startMs: heard.fromMs,
    endMs: heard.toMs,
    text: secondAsWords(heard.second),
  }));
  return { durationMs, segments };
}

const digits = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

// Two words of their own keep every second's sentence different from its neighbours, as real speech is:
// filters against hallucinated loops must let all of it through.
const qualities =
  "amber bitter copper distant early fragile golden hollow inner jagged kindly lunar".split(" ");
const things =
  "anchor bridge candle delta engine forest glacier harbour island jewel kernel lantern meadow".split(
    " ",
  );

/** How the test lecture says its 137th second: "Marker one three seven, kindly harbour." */
export function secondAsWords(second: number): string {
  const spoken = [...String(second)].map((digit) => digits[Number(digit)]).join(" ");
  return `Marker ${spoken}, ${qualities[second % qualities.length]} ${things[second % things.length]}.`;
}

/** All seconds that a transcript names, in its order. */
export function secondsInText(transcript: string): number[] {
  const pattern = new RegExp(`marker((?: (?:${digits.join("|")}))+)`, "gi");
  return [...transcript.matchAll(pattern)].map((match) =>
    Number(
      (match[1] ?? "")
        .trim()
        .toLowerCase()
        .split(" ")
        .map((word) => digits.indexOf(word))
        .join(""),
    ),
  );
}
