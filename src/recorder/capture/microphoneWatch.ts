/**
 * Notices when a microphone stops giving sound: events of the track, and the arrival of data itself, because a phone
 * call, a Bluetooth headset or a sleeping driver may take the sound away without any event.
 */
import type { Problem } from "../outbox/ledger.ts";

const MISSING_AFTER_MS = 3_000;
/** A real microphone always has some noise; a row of exact zeros is a switch on the device or a blocked input. */
const SILENCE_PEAK = 1e-5;
const SILENT_AFTER_MS = 6_000;

export type Heartbeat = {
  /** When levels and recorded data last came, from performance.now(). */
  lastLevelAtMs: number;
  lastDataAtMs: number;
  /** Since when every sample has been zero, if that is so. */
  zeroSinceMs: number | undefined;
  /** The system or the person has muted the track. */
  muted: boolean;
  recording: boolean;
};

/** What is wrong with the incoming sound, if anything. */
export function microphoneProblem(heartbeat: Heartbeat, nowMs: number): Problem | undefined {
  if (heartbeat.muted) {
    return {
      code: "muted",
      message:
        "The microphone is muted by the system or taken by a call, so nothing is being heard. Unmute it or end the call; recording goes on by itself.",
    };
  }
  const noLevels = nowMs - heartbeat.lastLevelAtMs > MISSING_AFTER_MS;
  const noData = heartbeat.recording && nowMs - heartbeat.lastDataAtMs > MISSING_AFTER_MS;
  if (noData || (noLevels && !heartbeat.recording)) {
    return {
      code: "no_data",
      message:
        "No sound has come from the microphone for some seconds. Everything up to then is kept. Choose another microphone, or unplug this one and plug it in again.",
    };
  }
  const { zeroSinceMs } = heartbeat;
  if (zeroSinceMs !== undefined && nowMs - zeroSinceMs > SILENT_AFTER_MS) {
    return {
      code: "digital_silence",
      message:
        "Only complete silence comes from the microphone. It may have a mute switch, or another one is meant: choose it below.",
    };
  }
  return undefined;
}

/** Follows a row of levels: since when have they been exact silence? */
export function zeroSince(
  before: number | undefined,
  peak: number,
  atMs: number,
): number | undefined {
  if (peak > SILENCE_PEAK) return undefined;
  return before ?? atMs;
}
