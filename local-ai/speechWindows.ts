// Cuts what was spoken out of a piece of audio and packs it into windows for the model: Whisper works
// on 30 s at a time, invents text over silence, and needs as long for an empty window as for a full one.

/** A stretch of the original audio, in milliseconds from its beginning. */
export type Span = { startMs: number; endMs: number };

/** Spans of the original that the model gets in one go, one after the other with a short pause between. */
export type Window = Span[];

/** Kept around each detected span: detectors clip soft beginnings and ends of words. */
const paddingMs = 200;
/** Pauses up to this length are left as they are: they are part of how the sentence is spoken. */
const naturalPauseMs = 600;
/** Stands for a longer pause that was cut out. */
const pauseBetweenMs = 300;
/** Below Whisper's 30 s, so that padding and pauses never make it two windows. */
export const longestWindowMs = 28_000;

/**
 * The windows for a piece in which someone speaks in `spans` (in order).
 *
 * @param durationMs length of the piece
 * @param quietestMs where it is quietest between two times; a span too long for a window is cut there
 */
export function speechWindows(
  spans: readonly Span[],
  durationMs: number,
  quietestMs: (fromMs: number, toMs: number) => number,
): Window[] {
  const windows: Window[] = [];
  let window: Window = [];
  let lengthMs = 0;
  for (const span of joined(spans, durationMs).flatMap((span) => shortened(span, quietestMs))) {
    const addedMs = span.endMs - span.startMs + pauseBetweenMs;
    if (window.length > 0 && lengthMs + addedMs > longestWindowMs) {
      windows.push(window);
      window = [];
      lengthMs = 0;
    }
    window.push(span);
    lengthMs += addedMs;
  }
  if (window.length > 0) windows.push(window);
  return windows;
}

/** The window's samples, cut out of the original's. */
export function samplesOf(
  window: Window,
  original: Int16Array,
  sampleRateHz: number,
): Int16Array<ArrayBuffer> {
  const at = (ms: number) => Math.round((ms / 1000) * sampleRateHz);
  const parts = window.map((span) => original.subarray(at(span.startMs), at(span.endMs)));
  const pause = at(pauseBetweenMs);
  const total = parts.reduce((sum, part) => sum + part.length + pause, -pause);
  const samples = new Int16Array(total);
  let offset = 0;
  for (const part of parts) {
    samples.set(part, offset);
    offset += part.length + pause;
  }
  return samples;
}

/** Where in the original a moment of the window was. A moment in a pause belongs to the span before it. */
export function originalMs(window: Window, windowMs: number): number {
  let startMs = 0;
  let place = 0;
  for (const span of window) {
    if (windowMs < startMs) break;
    place = Math.min(span.startMs + windowMs - startMs, span.endMs);
    startMs += span.endMs - span.startMs + pauseBetweenMs;
  }
  return place;
}

/** The time of the quietest 100 ms between two times, for `speechWindows`. */
export function quietestMoment(samples: Int16Array, sampleRateHz: number) {
  return (fromMs: number, toMs: number): number => {
    const frameMs = 100;
    let quietest = { ms: toMs, power: Infinity };
    for (let ms = fromMs; ms + frameMs <= toMs; ms += frameMs / 2) {
      const start = Math.round((ms / 1000) * sampleRateHz);
      const frame = samples.subarray(start, start + Math.round((frameMs / 1000) * sampleRateHz));
      const power = frame.reduce((sum, sample) => sum + sample * sample, 0);
      if (power < quietest.power) quietest = { ms: ms + frameMs / 2, power };
    }
    return quietest.ms;
  };
}

/** Padded, and spans with only a natural pause between them made one. */
function joined(spans: readonly Span[], durationMs: number): Span[] {
  const result: Span[] = [];
  for (const span of spans) {
    const startMs = Math.max(0, span.startMs - paddingMs);
    const endMs = Math.min(durationMs, span.endMs + paddingMs);
    const last = result.at(-1);
    if (last && startMs - last.endMs <= naturalPauseMs - 2 * paddingMs) {
      last.endMs = Math.max(last.endMs, endMs);
    } else if (endMs > startMs) {
      result.push({ startMs, endMs });
    }
  }
  return result;
}

/** A span cut into parts that fit a window each, at quiet moments in their last quarters. */
function shortened(span: Span, quietestMs: (fromMs: number, toMs: number) => number): Span[] {
  const parts: Span[] = [];
  let { startMs } = span;
  while (span.endMs - startMs > longestWindowMs - pauseBetweenMs) {
    const latestMs = startMs + longestWindowMs - pauseBetweenMs;
    const cutMs = quietestMs(latestMs - longestWindowMs / 4, latestMs);
    parts.push({ startMs, endMs: cutMs });
    startMs = cutMs;
  }
  parts.push({ startMs, endMs: span.endMs });
  return parts;
}
