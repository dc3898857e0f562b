// The order of test files: the slowest begin first, so that at the end no core waits for a long one that began last.
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take long whatever the machine, because they record in real time, and others that are known to be slow. */
const slowest = [
  "embedded/server/dataFolder.test.ts",
  "embedded/functions/isolation.test.ts",
  "embedded/conformance/timeLimits.test.ts",
  "embedded/server/import.test.ts",
  "convex/pipeline/budgets.test.ts",
  "test/e2e/recorderPage.test.ts",
  "test/e2e/record.test.ts",
  "test/e2e/accessibility.test.ts",
  "test/e2e/files.test.ts",
  "test/e2e/lecturePage.test.ts",
  "test/crash/crash.test.ts",
  "test/cli/inspect.test.ts",
  "test/cli/push.test.ts",
  "test/faults/provider.test.ts",
  "test/faults/people.test.ts",
  "test/faults/economy.test.ts",
  "test/browser/files.test.ts",
  "test/e2e/localSpeech.test.ts",
  "test/e2e/sending.test.ts",
  "test/browser/microphone.test.ts",
  "test/browser/sending.test.ts",
  "test/e2e/firstSight.test.ts",
  "test/faults/pieces.test.ts",
  "test/browser/recording.test.ts",
  "test/browser/longRecording.test.ts",
  "test/faults/kills.test.ts",
];

/** Else as the runner has it: by how long a file took the last time here, or by its size. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) => {
      const path = relative(this.ctx.config.root, moduleId).replaceAll("\\", "/");
      const known = slowest.indexOf(path);
      return known === -1 ? slowest.length : known;
    };
    // Projects stay together: the one that comes first has no slow files of the other's.
    return sorted.sort((a, b) => (a.project.name === b.project.name ? place(a) - place(b) : 0));
  }
}
