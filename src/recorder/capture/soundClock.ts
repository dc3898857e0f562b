/**
 * Says when a segment began, by counting sound. A page hears only now and then what time it is, and a microphone delivers
 * in buffers of 10 ms: performance.now() at the start of a recorder is up to a buffer off, and more on a busy phone. Where
 * the browser counts what a microphone has delivered, two segments lie exactly as far apart as there is sound between them.
 */

/**
 * How far the count of sound may lead away from performance.now(). A microphone's clock is a little fast or slow, and one
 * that stood still for a moment lacks sound: then the lecture's clock is right. Nobody notices this much.
 */
const MOST_APART_MS = 50;

/** The part of MediaStreamTrack.stats (W3C, Media Capture Extensions) that is used here: not all browsers have it. */
type CountingTrack = MediaStreamTrack & {
  readonly stats?: { readonly deliveredFramesDuration?: number } | null;
};

/** The start of a recorder: both readings of one moment. */
export type RecorderStart = {
  /** The microphone, or whatever else stays the same for as long as the count goes on. */
  source: object | undefined;
  /** From performance.now(). */
  atMs: number;
  /** How much sound the microphone had delivered; undefined where nobody counts. */
  deliveredMs: number | undefined;
};

/** Reads both clocks. To be called right before a recorder starts: its sound is what is delivered from then on. */
export function readStart(stream: MediaStream): RecorderStart {
  const [source] = stream.getAudioTracks();
  return { source, atMs: performance.now(), deliveredMs: source && deliveredMsOf(source) };
}

function deliveredMsOf(track: CountingTrack): number | undefined {
  try {
    return track.stats?.deliveredFramesDuration;
  } catch {
    // Some browsers count for cameras only, and refuse to be asked for a microphone.
    return undefined;
  }
}

export class SoundClock {
  #last: (RecorderStart & { placedMs: number }) | undefined;

  /** When a recorder began, in ms of performance.now(). To be asked for one start after the other. */
  place(start: RecorderStart): number {
    const placedMs = Math.min(
      start.atMs + MOST_APART_MS,
      Math.max(start.atMs - MOST_APART_MS, this.#bySound(start) ?? start.atMs),
    );
    this.#last = { ...start, placedMs };
    return placedMs;
  }

  /** Undefined for the first segment of a microphone. */
  #bySound({ source, deliveredMs }: RecorderStart): number | undefined {
    const last = this.#last;
    if (last?.deliveredMs === undefined || deliveredMs === undefined) return undefined;
    return source === last.source ? last.placedMs + deliveredMs - last.deliveredMs : undefined;
  }
}
