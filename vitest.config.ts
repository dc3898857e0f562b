// Which tests run where: plain Node, Convex's edge-like runtime, or against a real server and browser.
import { defineConfig } from "vitest/config";
import { SlowestFirst } from "./test/slowestFirst.ts";

/**
 * In CI a test that fails is run once more before it counts as failed: a machine that stalls for seconds must not
 * refuse a change. The report names such a test; at one's desk nothing is repeated.
 */
const retry = process.env.CI ? 1 : 0;

/** What is waited for comes within milliseconds; on a machine that does much else at once it may take seconds. */
const expectations = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        test: {
          name: "unit",
          retry,
          expect: expectations,
          // By default one core is left free; nobody works beside the tests.
          maxWorkers: 2,
          environment: "node",
          include: [
            "{domain,embedded,local-ai,scripts,src}/**/*.test.{ts,tsx}",
            "test/{provider,bench,differential}/**/*.test.ts",
          ],
          // Behind the end-to-end tests (scripts/test.ts) they may stand still for seconds.
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
      {
        test: {
          name: "convex",
          retry,
          expect: expectations,
          maxWorkers: 2,
          environment: "edge-runtime",
          include: ["convex/**/*.test.ts"],
          testTimeout: 120_000,
          // The first world of a file loads every function, which takes long on a busy machine.
          hookTimeout: 120_000,
        },
      },
      {
        // Real servers and a real Chromium. Of three files at a time most wait for a microphone, a power cut or a
        // provider; scripts/test.ts lets the other projects have what they leave of two cores.
        test: {
          name: "end-to-end",
          retry,
          expect: expectations,
          environment: "node",
          include: ["test/{e2e,browser,faults,cli,crash,fuzz}/**/*.test.ts"],
          globalSetup: "test/harness/buildOnce.ts",
          exclude: ["**/node_modules/**", "**/*.long.test.ts"],
          maxWorkers: 3,
          testTimeout: 240_000,
          hookTimeout: 180_000,
        },
      },
      {
        // What takes minutes to hours: `npm run test:long`.
        test: {
          name: "long",
          expect: expectations,
          environment: "node",
          include: ["test/**/*.long.test.ts"],
          fileParallelism: false,
          testTimeout: 3_600_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
