// What axe finds wrong with a page for people who cannot see, hear or point.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** As lines to read in a failed test; empty when all is well. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(source);
  // Text that fades in has less contrast for as long as it does.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getTiming().iterations !== Infinity)
        .map((animation) => animation.finished.catch(() => undefined)),
    ),
  );
  const results = await page.evaluate(
    (runOnly) =>
      // Put there by the first line; the page's own types don't know it.
      (window as unknown as { axe: typeof axe }).axe.run(document, { runOnly }),
    RULES,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")} (${node.failureSummary ?? ""})`),
  );
}
