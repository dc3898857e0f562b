// Times as people read them: a clock for positions, words for lengths.

/**
 * A position in a lecture as a clock: `4:05`, or `1:02:03` from one hour on.
 *
 * @param ms the position in milliseconds; anything below zero or not a number reads as zero
 */
export function formatClock(ms: number): string {
  const total = Math.floor(Math.max(0, Number.isFinite(ms) ? ms : 0) / 1000);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, "0");
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}`
    : `${minutes}:${seconds}`;
}

/**
 * A length in words: `45 s`, `12 min`, `1 h 30 min`. Rounded as one reads it aloud.
 *
 * @param ms the length in milliseconds
 */
export function formatDuration(ms: number): string {
  const seconds = Math.round(Math.max(0, Number.isFinite(ms) ? ms : 0) / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** A time of a SubRip file: `00:01:02,345`. */
export function formatSrtTime(ms: number): string {
  return formatCaptionTime(ms, ",");
}

/** A time of a WebVTT file: `00:01:02.345`. */
export function formatVttTime(ms: number): string {
  return formatCaptionTime(ms, ".");
}

function formatCaptionTime(ms: number, decimal: "," | "."): string {
  const whole = Math.max(0, Math.round(ms));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = Math.floor((whole % 60_000) / 1000);
  return `${two(hours)}:${two(minutes)}:${two(seconds)}${decimal}${String(whole % 1000).padStart(3, "0")}`;
}
