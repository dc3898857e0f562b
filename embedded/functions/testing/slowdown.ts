// How slow this machine is at the moment, for promises about waiting that hold on one that has nothing else to do.

/** How many times longer everything takes because of what else runs on this machine. 1: it is idle. */
export function slowdown(): number {
  const startedMs = performance.now();
  const cpuAtStart = process.threadCpuUsage();
  let cpuMs = 0;
  while (cpuMs < 50) {
    const { user, system } = process.threadCpuUsage(cpuAtStart);
    cpuMs = (user + system) / 1_000;
  }
  return Math.max(1, (performance.now() - startedMs) / cpuMs);
}

/**
 * A wait as it would have been on an idle machine, about. On a busy one the slowdown varies while something runs: twice
 * what was measured before and after is allowed for.
 */
export function withoutSlowdown(waitMs: number, measured: readonly number[]): number {
  const slowest = Math.max(...measured);
  return waitMs / (slowest > 1.2 ? 2 * slowest : 1);
}
