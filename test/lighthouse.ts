// `npm run lighthouse`: Google's Lighthouse (mobile) against the built app on a real server, with its numbers and what
// it found. Fails below the limits that this project has set itself.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse, { type RunnerResult } from "lighthouse";
import type { Page } from "playwright-core";
import { launchChromiumWithProfile } from "./browser/chromium.ts";
import { freePort, startLectern } from "./harness/lectern.ts";

const limits = { performance: 95, accessibility: 100, "best-practices": 100 } as const;
type Category = keyof typeof limits;
const categories = Object.keys(limits) as Category[]; // The keys of a constant object are its type's.

/** One run's performance depends on what else the machine does: the middle one of three counts, or of RUNS. */
const RUNS = Number(process.env["RUNS"] ?? 3);

const profile = await mkdtemp(join(tmpdir(), "lectern-lighthouse-"));
const port = await freePort();
const lectern = await startLectern();
const context = await launchChromiumWithProfile(profile, {
  args: [`--remote-debugging-port=${port}`],
});
let isGood = true;
try {
  const lectureUrl = await makeSampleLecture(context.pages()[0] ?? (await context.newPage()));
  const shownPages = { Library: "/", Lecture: lectureUrl, Record: "/record", Account: "/account" };
  console.log(`${"".padEnd(10)}${categories.map((name) => name.padStart(16)).join("")}`);
  for (const [name, path] of Object.entries(shownPages)) {
    isGood = (await judge(name, new URL(path, lectern.url).href)) && isGood;
  }
} finally {
  await context.close();
  await lectern.close();
  await rm(profile, { recursive: true, force: true });
}
console.log(
  isGood
    ? "All within the limits."
    : `Below the limits (${categories.map((name) => `${name} ${limits[name]}`).join(", ")}).`,
);
process.exitCode = isGood ? 0 : 1;

/** A lecture to look at, in the same browser profile that Lighthouse then uses. */
async function makeSampleLecture(page: Page): Promise<string> {
  await page.goto(lectern.url);
  await page.getByRole("button", { name: "Try a sample lecture" }).click();
  await page.getByRole("heading", { name: "Key takeaways" }).waitFor({ timeout: 120_000 });
  const url = page.url();
  // Two pages at once would compete for the processor while one is measured.
  await page.goto("about:blank");
  return url;
}

async function judge(name: string, url: string): Promise<boolean> {
  const runs: RunnerResult["lhr"][] = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await measure(url));
  runs.sort((a, b) => scoreOf(a, "performance") - scoreOf(b, "performance"));
  const middle = runs[Math.floor(RUNS / 2)];
  if (!middle) throw new Error("Lighthouse was not run.");

  const scores = categories.map((category) => scoreOf(middle, category));
  console.log(`${name.padEnd(10)}${scores.map((score) => String(score).padStart(16)).join("")}`);
  const metrics = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time"];
  const shift = middle.audits["cumulative-layout-shift"]?.displayValue ?? "?";
  console.log(
    `${"".padEnd(10)}${metrics.map((id) => `${id} ${middle.audits[id]?.displayValue ?? "?"}`).join(", ")}, layout shift ${shift}`,
  );
  console.log(
    `${"".padEnd(10)}this machine's benchmark index ${middle.environment.benchmarkIndex}`,
  );
  for (const line of findings(middle)) console.log(`${"".padEnd(10)}${line}`);
  return categories.every((category, place) => (scores[place] ?? 0) >= limits[category]);
}

async function measure(url: string): Promise<RunnerResult["lhr"]> {
  const result = await lighthouse(url, {
    port,
    onlyCategories: categories,
    // A first visit: without what the service worker keeps. The account in the page's own storage stays.
    disableStorageReset: false,
    logLevel: "error",
  });
  if (!result) throw new Error(`Lighthouse gave no result for ${url}.`);
  if (result.lhr.runtimeError) throw new Error(result.lhr.runtimeError.message);
  return result.lhr;
}

function scoreOf(lhr: RunnerResult["lhr"], category: Category): number {
  return Math.round((lhr.categories[category]?.score ?? 0) * 100);
}

/** What keeps accessibility and best practices from 100. */
function findings(lhr: RunnerResult["lhr"]): string[] {
  return (["accessibility", "best-practices"] as const).flatMap((category) =>
    (lhr.categories[category]?.auditRefs ?? [])
      .filter(({ id, weight }) => weight > 0 && (lhr.audits[id]?.score ?? 1) < 1)
      .map(({ id }) => `${category}: ${lhr.audits[id]?.title ?? id}`),
  );
}
