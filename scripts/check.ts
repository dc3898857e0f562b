// `npm run check`: types, lint, unused code and formatting, all of them, then one exit code.
import { once } from "node:events";
import { commandPath, startNode } from "./run.ts";
import { seconds } from "./terminal.ts";

const checks: { name: string; file: string; args: string[] }[] = [
  { name: "types", file: commandPath("typescript", "tsc"), args: ["--noEmit"] },
  { name: "lint", file: commandPath("eslint"), args: ["--max-warnings=0", "."] },
  { name: "unused code", file: commandPath("knip"), args: [] },
  { name: "formatting", file: commandPath("prettier"), args: ["--check", "--log-level=warn", "."] },
];

// Side by side: the two slow ones, types and lint, take a core each. Each prints when it is done, so nothing mixes.
const results = await Promise.all(checks.map(run));
process.exit(results.every((isGood) => isGood) ? 0 : 1);

async function run(check: (typeof checks)[number]): Promise<boolean> {
  const startedAt = performance.now();
  const child = startNode(check.file, check.args, { stdio: ["ignore", "pipe", "pipe"] });
  const printed: Buffer[] = [];
  child.stdout?.on("data", (part: Buffer) => printed.push(part));
  child.stderr?.on("data", (part: Buffer) => printed.push(part));
  // "close" comes after the last output, "exit" may come before it.
  const [code] = (await once(child, "close")) as [number | null];
  const isGood = code === 0;
  const text = Buffer.concat(printed).toString();
  if (text !== "") process.stdout.write(text);
  const verdict = isGood ? "ok" : "FAILED";
  console.log(`check ${check.name}: ${verdict} (${seconds(performance.now() - startedAt)})`);
  return isGood;
}
