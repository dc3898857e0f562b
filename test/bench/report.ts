// How benchmarks print their figures: one line each, always beside what it is measured against.

/** `12.3 s`, or `45 ms` below a second. */
export function shownMs(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
}

/** `measured 41.2 s, ideal 40.0 s: 1.030 times`. */
export function against(measured: number, limit: number, limitName: string): string {
  return `${shownMs(measured)}, ${limitName} ${shownMs(limit)}: ${(measured / limit).toFixed(3)} times`;
}

export function line(name: string, text: string): void {
  console.log(`  ${name.padEnd(58)} ${text}`);
}

export function heading(text: string): void {
  console.log(`\n${text}`);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which this share of the values lies (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (value === undefined) throw new Error("There are no values.");
  return value;
}
