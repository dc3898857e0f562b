// Runs many random sequences; says with which seed and path a difference can be seen again.
import { stringify } from "fast-check";
import fc from "fast-check";
import { ConvexTestSide } from "./convexTestSide.ts";
import { EmbeddedSide } from "./embeddedSide.ts";
import { sequence } from "./generator.ts";
import { runOnBoth, type Difference, type Step } from "./sequence.ts";

export type RunOptions = {
  sequences: number;
  seed: number;
  /** fast-check's way to one failing, shrunk sequence. */
  path?: string;
  onProgress?: (done: number) => void;
};

export type RunReport =
  | { ok: true; sequences: number; steps: number }
  | {
      ok: false;
      seed: number;
      path: string;
      steps: readonly Step[];
      difference: Difference | null;
      text: string;
    };

export async function runDifferential(options: RunOptions): Promise<RunReport> {
  const embedded = await EmbeddedSide.start();
  const reference = new ConvexTestSide();
  let done = 0;
  let stepCount = 0;
  let last: Difference | null = null;
  try {
    const property = fc.asyncProperty(sequence, async (steps) => {
      const difference = await runOnBoth(reference, embedded, steps);
      done += 1;
      stepCount += steps.length;
      options.onProgress?.(done);
      if (difference === null) return;
      last = difference;
      throw new Error(describe(difference));
    });
    const { seed, sequences, path } = options;
    const result = await fc.check(property, {
      ...{ numRuns: sequences, seed },
      ...(path === undefined ? {} : { path, endOnFailure: true }),
    });
    if (!result.failed) return { ok: true, sequences: result.numRuns, steps: stepCount };
    const [steps] = result.counterexample ?? [[]];
    const text = [
      `The embedded backend and convex-test differ (seed ${result.seed}, path "${result.counterexamplePath ?? ""}").`,
      ...steps.map((step, number) => `  ${number}: ${stringify(step)}`),
      result.errorInstance instanceof Error
        ? result.errorInstance.message
        : String(result.errorInstance),
    ].join("\n");
    return {
      ...{ ok: false, seed: result.seed, path: result.counterexamplePath ?? "" },
      ...{ steps, difference: last, text },
    };
  } finally {
    await embedded.close();
  }
}

function describe({ step, what, expected, actual }: Difference): string {
  return [
    `Step ${step} (${what}):`,
    `  convex-test: ${stringify(expected)}`,
    `  embedded:    ${stringify(actual)}`,
  ].join("\n");
}
