// `npm run check`: types, lint, unused code and formatting, all of them, then one exit code.
import { commandPath, exitCode, startNode } from "./run.ts";
import { seconds } from "./terminal.ts";

const checks: { name: string; file: string; args: string[] }[] = [
  { name: "types", file: commandPath("typescript", "tsc"), args: ["--noEmit"] },
  { name: "lint", file: commandPath("eslint"), args: ["--max-warnings=0", "."] },
  { name: "unused code", file: commandPath("knip"), args: [] },
  { name: "formatting", file: commandPath("prettier"), args: ["--check", "--log-level=warn", "."] },
];

let failed = 0;
for (const check of checks) {
  const startedAt = performance.now();
  const code = await exitCode(startNode(check.file, check.args));
  const verdict = code === 0 ? "ok" : "FAILED";
  console.log(`check ${check.name}: ${verdict} (${seconds(performance.now() - startedAt)})`);
  if (code !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
