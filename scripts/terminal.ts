// How the scripts talk to the person at the terminal: one line a step, with its time.

/** Seconds with one decimal, as the scripts print them. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Prints `label`, runs `work`, prints how long it took. Errors pass through untouched. */
export async function step<T>(label: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  console.log(`  ${label} (${seconds(performance.now() - startedAt)})`);
  return result;
}

/** Ends the process with a sentence that says what happened and what to do. */
export function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

/** The same for an error that was caught. */
export function failWith(error: unknown): never {
  return fail(error instanceof Error ? error.message : String(error));
}

/** Says that something went wrong which the rest can live without. */
export function warn(message: string): void {
  console.error(`  ${message}`);
}
