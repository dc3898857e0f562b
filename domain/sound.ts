// What a device has measured of a piece's sound, and when that proves that there is none in it. The
// numbers and their sources: docs/decisions/008-pieces-without-sound.md.

/** Measured from the samples, before they were compressed. */
export type Sound = {
  /**
   * `encoder`: the very samples that the piece was encoded from. `microphone`: what came from it by
   * another way than the recorder's.
   */
  measuredAt: "encoder" | "microphone";
  /** How much of the piece was measured, without a gap between two frames. */
  measuredMs: number;
  /** How much of that, in frames of about 50 ms, rose above `AUDIBLE_DB`. */
  audibleMs: number;
  /** The loudest sample, in decibels below full scale; `SILENCE_DB` when there was nothing but zeros. */
  peakDb: number;
};

/** The step between two values of 16 bits: below it a microphone has sent nothing but zeros. */
export const AUDIBLE_DB = -90;
/** Stands for exact zeros: less than the last of 24 bits. */
export const SILENCE_DB = -150;
/** Samples of floating point may lie above full scale; not this far. */
export const LOUDEST_DB = 60;

/** A click of the switch that mutes a microphone is no speech. */
const MOST_AUDIBLE_MS = 100;
/** Frames do not begin and end with the piece. */
const MOST_UNMEASURED_MS = 500;
/**
 * What an encoder with a changing bit rate needs for zeros, at most. It has got the same samples as
 * the meter by another way, so it would need more if the meter were deaf.
 */
const MOST_BYTES_A_SECOND = 500;

/**
 * True when there is no sound in a piece, beyond doubt: all of it was measured, nothing in it was
 * more than digital silence, and what was recorded is as small as only silence is. A quiet voice is
 * not that.
 */
export function hasNoSound(piece: {
  durationMs: number;
  sizeBytes: number;
  sound?: Sound | undefined;
}): boolean {
  const { durationMs, sizeBytes, sound } = piece;
  if (sound === undefined) return false;
  const isMeasured = sound.measuredMs >= durationMs - MOST_UNMEASURED_MS;
  if (!isMeasured || sound.audibleMs > MOST_AUDIBLE_MS) return false;
  const isSmall = sizeBytes <= (durationMs / 1000) * MOST_BYTES_A_SECOND;
  return isSmall || sound.measuredAt === "encoder";
}
