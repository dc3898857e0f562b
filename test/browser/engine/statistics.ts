/** A few numbers about many, for the lines that long tests print. */
export function summary(values: number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return `median ${at(0.5).toFixed(1)}, worst ${at(1).toFixed(1)} (${sorted.length} values)`;
}
