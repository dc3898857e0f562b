/** Holds recorded pieces, put together by their start times, against every sample that the microphone delivered. */
import { decodeAudio } from "../../provider/decode.ts";
import { chordsIn, mean, type HeardPiece } from "./continuity.ts";
import { thinned } from "../signal.ts";
import type { Witness } from "./witness.ts";

/**
 * What the pieces' places have to do with the sound that was delivered. Where the microphone stood still its sound goes on
 * later than the clock; a piece that begins after it may follow the sound or the clock, or lie between the two.
 */
export type Faithfulness = {
  /** Seconds whose beginning the microphone delivered and the pieces do not have. */
  lostSeconds: number[];
  /**
   * From one chord to the next: how much longer or shorter it takes in the pieces than in the microphone's sound, at most,
   * in ms. Where a piece begins, less what the microphone stood still since the beginning of the one before.
   */
  worstGapMs: number;
  /** How much the pieces have moved from the first to the last second, beyond sound and clock, in ms. */
  driftMs: number;
  /** How often the microphone stood still meanwhile, and how long in all. */
  standstillCount: number;
  standstillMs: number;
};

/** A chord as a piece has it. */
type Chord = {
  second: number;
  /** How much later on the lecture's clock than in the microphone's sound. */
  lateMs: number;
  /** How long the microphone had stood still when the piece began, on the whole. */
  stoodStillMs: number;
};

type Sound = { pcm: Float32Array; sampleRateHz: number };

/** A chord with the silence before it: nothing near by looks the same. */
const BEFORE_CHORD_MS = 100;
const AFTER_CHORD_MS = 200;
/** How far off the first look at a chord's beginning may be. */
const FIRST_LOOK_MS = 8;

/** @param witness of the same microphone, for at least as long */
export async function faithfulnessOf(
  pieces: Iterable<HeardPiece>,
  witness: Witness,
): Promise<Faithfulness> {
  const deliveredAtMs = new Map(
    chordsIn(witness.pcm, witness.sampleRateHz).map(({ second, atMs }) => [second, atMs]),
  );
  const standstills = witness.standstills.filter(({ atMs }) => atMs >= witness.lectureStartMs);
  const stoodStillMs = (untilMs: number) =>
    sum(standstills.map(({ atMs, lastedMs }) => (atMs <= untilMs ? lastedMs : 0)));
  const chords: Chord[] = [];
  for (const { bytes, mimeType, startMs } of [...pieces].sort((a, b) => a.index - b.index)) {
    const sound = await decodeThinned(bytes, mimeType);
    for (const { second, atMs } of chordsIn(sound.pcm, sound.sampleRateHz)) {
      const guessMs = deliveredAtMs.get(second);
      if (guessMs === undefined) continue;
      const inSoundMs = placeOf({ ...sound, atMs }, { ...witness, atMs: guessMs });
      const lateMs = startMs + atMs - inSoundMs;
      const stood = stoodStillMs(witness.lectureStartMs + startMs);
      chords.push({ second, lateMs, stoodStillMs: stood });
    }
  }
  const heard = new Set(chords.map(({ second }) => second));
  const [first, last] = [chords[0]?.second ?? 0, chords.at(-1)?.second ?? 0];
  const lateness = chords.map(({ lateMs }) => lateMs);
  const movedMs = mean(lateness.slice(-5)) - mean(lateness.slice(0, 5));
  return {
    lostSeconds: [...deliveredAtMs.keys()].filter(
      (second) => second > first && second < last && !heard.has(second),
    ),
    worstGapMs: Math.max(0, ...chords.slice(1).map((chord, i) => gapMs(chords[i] ?? chord, chord))),
    driftMs: outside(movedMs, 0, stoodStillMs(Infinity)),
    standstillCount: standstills.length,
    standstillMs: stoodStillMs(Infinity),
  };
}

function gapMs(before: Chord, after: Chord): number {
  return outside(after.lateMs - before.lateMs, 0, after.stoodStillMs - before.stoodStillMs);
}

/** How far a value is outside of a range. */
function outside(value: number, from: number, to: number): number {
  return Math.max(0, Math.min(from, to) - value, value - Math.max(from, to));
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

async function decodeThinned(bytes: Uint8Array, mimeType: string): Promise<Sound> {
  const { pcm, sampleRateHz } = await decodeAudio(bytes, mimeType);
  const [fewer, rateHz] = thinned(pcm, sampleRateHz);
  return { pcm: fewer, sampleRateHz: rateHz };
}

/** Where in `there` the sound is that `here` has at a moment, near a first guess: where the two look most alike. */
function placeOf(here: Sound & { atMs: number }, there: Sound & { atMs: number }): number {
  const perMs = here.sampleRateHz / 1000;
  if (there.sampleRateHz !== here.sampleRateHz) throw new Error("The two sounds differ in rate.");
  const from = Math.round((here.atMs - BEFORE_CHORD_MS) * perMs);
  const length = Math.round((BEFORE_CHORD_MS + AFTER_CHORD_MS) * perMs);
  const guess = Math.round((there.atMs - BEFORE_CHORD_MS) * perMs);
  const reach = Math.round(FIRST_LOOK_MS * perMs);
  let best = { likeness: -Infinity, at: guess };
  for (let at = guess - reach; at <= guess + reach; at++) {
    const likeness = likenessOf(here.pcm, from, there.pcm, at, length);
    if (likeness > best.likeness) best = { likeness, at };
  }
  return here.atMs + (best.at - from) / perMs;
}

function likenessOf(
  here: Float32Array,
  hereAt: number,
  there: Float32Array,
  thereAt: number,
  length: number,
): number {
  let sum = 0;
  for (let i = Math.max(0, -hereAt, -thereAt); i < length; i++) {
    sum += (here[hereAt + i] ?? 0) * (there[thereAt + i] ?? 0);
  }
  return sum;
}
