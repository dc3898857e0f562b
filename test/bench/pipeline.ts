// `npm run bench:pipeline`: what the pipeline adds to the provider's own time, how fair it is, and how fast it recovers.
//
// The provider really is as slow as it says, so most of the time is waiting. The longest schedule (120 pieces, 8 s, one
// lane: 16 minutes) runs beside everything else, the others with 8 s beside each other; what is sensitive to the machine
// runs by itself. All of it takes 17 minutes.
//
//   --part schedules|fairness|lost-action|restart   only this (may be given more than once)
//   --pieces 18 --latency 8000 --lanes 4            only schedules of that kind
//   --quick                                         18 pieces and a 1 s provider, and shorter jobs
import { parseArgs } from "node:util";
import { benchFairness } from "./pipeline/fairness.ts";
import { benchLostAction, benchRestart } from "./pipeline/recovery.ts";
import { Schedules } from "./pipeline/schedules.ts";
import { shownMs } from "./report.ts";

const PARTS = ["schedules", "fairness", "lost-action", "restart"];

const { values } = parseArgs({
  options: {
    part: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
    pieces: { type: "string" },
    latency: { type: "string" },
    lanes: { type: "string" },
  },
});
const isFiltered = [values.pieces, values.latency, values.lanes].some((value) => value);
const chosen = values.part ?? (isFiltered ? ["schedules"] : PARTS);
const unknown = chosen.find((part) => !PARTS.includes(part));
if (unknown !== undefined) throw new Error(`There is no part ${unknown}; it is ${PARTS.join()}.`);
const has = (part: string) => chosen.includes(part);

const startedMs = performance.now();
const schedules = new Schedules({
  pieces: numbers(values.pieces, values.quick ? [18] : [18, 120]),
  latencies: numbers(values.latency, values.quick ? [1_000] : [8_000, 1_000]),
  lanes: numbers(values.lanes, [1, 4, 8]),
});
const longest = has("schedules") ? schedules.runLongest() : undefined;
if (has("schedules")) await schedules.runOthers();
if (has("fairness")) await benchFairness({ isQuick: values.quick });
if (has("restart")) await benchRestart();
if (has("lost-action")) await benchLostAction();
await longest;
if (has("schedules")) schedules.print();
console.log(`\nAll of this took ${shownMs(performance.now() - startedMs)}.`);

function numbers(value: string | undefined, all: number[]): number[] {
  return value === undefined ? all : [Number(value)];
}
