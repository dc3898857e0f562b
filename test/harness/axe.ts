// What axe finds wrong with a page for people who cannot see, hear or point.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** The rules that look at colours; all others find the same in a light and a dark theme. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/**
 * As lines to read in a failed test; empty when all is well.
 * @param look "colours" for a page that was looked at whole in its other theme
 */
export async function axeFindings(page: Page, look: "all" | "colours" = "all"): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  // Text that fades in has less contrast for as long as it does.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getTiming().iterations !== Infinity)
        .map((animation) => animation.finished.catch(() => undefined)),
    ),
  );
  const runOnly: axe.RunOptions["runOnly"] =
    look === "all" ? RULES : { type: "rule", values: COLOUR_RULES };
  const results = await page.evaluate(
    (options) =>
      // Put there by the first line; the page's own types don't know it.
      (window as unknown as { axe: typeof axe }).axe.run(document, options),
    { runOnly, resultTypes: ["violations"] } satisfies axe.RunOptions,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")} (${node.failureSummary ?? ""})`),
  );
}
