/**
 * Holds recorded pieces against the sound that the microphone played: decodes each one alone and looks when the known
 * chords begin in it, to a fraction of a millisecond.
 */
import { decodeAudio } from "../../provider/decode.ts";
import { secondsHeard } from "../signal.ts";
import type { ReceivedPiece } from "./server.ts";

/** A second of the signal, and when on the lecture's clock its chord began, as one piece has it. */
export type Onset = { second: number; piece: number; atMs: number };

export type Continuity = {
  /** Seconds of the signal that no piece holds, between the first and the last that was heard. */
  missingSeconds: number[];
  /** How much the seconds' places on the lecture's clock differ between the two pieces of a handover, at most, in ms. */
  worstHandoverMs: number;
  /** How far a chord is from where an even clock has it, at most, in ms. */
  worstPlaceMs: number;
  /** How much the lecture's clock has moved against the sound from the first to the last second, in ms. */
  driftMs: number;
  secondCount: number;
};

/** A chord begins where a sample has this much of the chord's own height. Less may be Opus's echo ahead of it. */
const ONSET_SHARE = 0.15;
/** Before a chord the signal is silent for 150 ms; this much of it has to be there. */
const SILENT_MS = 15;

/** What is needed of a piece to hear it. */
export type HeardPiece = Pick<ReceivedPiece, "index" | "startMs" | "mimeType" | "bytes">;

export async function onsetsIn(piece: HeardPiece): Promise<Onset[]> {
  const { pcm, sampleRateHz } = await decodeAudio(piece.bytes, piece.mimeType);
  return chordsIn(pcm, sampleRateHz).map(({ second, atMs }) => ({
    second,
    piece: piece.index,
    atMs: piece.startMs + atMs,
  }));
}

/** When the chords begin in a sound, in ms from its own beginning. */
export function chordsIn(
  pcm: Float32Array,
  sampleRateHz: number,
): { second: number; atMs: number }[] {
  return secondsHeard(pcm, sampleRateHz).flatMap(({ second, fromMs }) => {
    const at = firstLoudSample(pcm, sampleRateHz, fromMs);
    return at === undefined ? [] : [{ second, atMs: (at / sampleRateHz) * 1000 }];
  });
}

/** The chord begins about where it was heard first; just before that it is silent. */
function firstLoudSample(
  pcm: Float32Array,
  sampleRateHz: number,
  heardFromMs: number,
): number | undefined {
  const samplesOf = (ms: number) => Math.round((ms / 1000) * sampleRateHz);
  const from = Math.max(0, samplesOf(heardFromMs - 60));
  const height = pcm
    .subarray(samplesOf(heardFromMs), samplesOf(heardFromMs + 120))
    .reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  let silentSince = from;
  for (let at = from; at < Math.min(pcm.length, samplesOf(heardFromMs + 80)); at++) {
    if (Math.abs(pcm[at] ?? 0) <= height * ONSET_SHARE) continue;
    if (at - silentSince >= samplesOf(SILENT_MS)) return at;
    silentSince = at + 1;
  }
  // The piece begins in the middle of the chord: its beginning is in the piece before.
  return undefined;
}

/** @param pieces in any order; all of one session */
export async function continuityOf(pieces: Iterable<HeardPiece>): Promise<Continuity> {
  const sorted = [...pieces].sort((a, b) => a.index - b.index);
  const onsets: Onset[] = [];
  for (const piece of sorted) onsets.push(...(await onsetsIn(piece)));
  const bySecond = new Map<number, number[]>();
  for (const { second, atMs } of onsets) {
    bySecond.set(second, [...(bySecond.get(second) ?? []), atMs]);
  }
  const seconds = [...bySecond.keys()].sort((a, b) => a - b);
  // Too short for a whole chord: then there is no middle in which anything could be missing.
  const first = seconds[0] ?? 0;
  const last = seconds.at(-1) ?? -1;
  const missingSeconds: number[] = [];
  for (let second = first; second <= last; second++) {
    if (!bySecond.has(second)) missingSeconds.push(second);
  }
  const offsets = seconds.map((second) => mean(bySecond.get(second) ?? []) - second * 1000);
  const middle = median(offsets);
  return {
    missingSeconds,
    worstHandoverMs: Math.max(0, ...[...bySecond.values()].map(spread)),
    worstPlaceMs: Math.max(0, ...offsets.map((offset) => Math.abs(offset - middle))),
    driftMs: Math.abs(mean(offsets.slice(-5)) - mean(offsets.slice(0, 5))),
    secondCount: seconds.length,
  };
}

function spread(values: number[]): number {
  return Math.max(...values) - Math.min(...values);
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
