// `npm run bench:notes`: how good the notes are, for both writers and for a baseline, on lectures in
// the public domain; and how fast the offline writer is. `-- --example` writes the pages in docs/.

import { writeFile } from "node:fs/promises";
import { notesWriterFromEnv } from "../../convex/ai/notesWriter.ts";
import { offlineNotesWriter } from "../../convex/ai/offline/writer.ts";
import type { NotesWriter } from "../../convex/ai/types.ts";
import { chunksOf, LECTURES, longLecture, segmentsOf, type Lecture } from "./lectures.ts";
import { runInSmallThread } from "./measureMemory.ts";
import { EXAMPLES, examplePage, pageUrl } from "./notesExample.ts";
import {
  baselineOf,
  bodyOf,
  measure,
  pointsOf,
  readingOf,
  statementsOf,
  wordCount,
  type Measures,
} from "./notesMeasures.ts";
import { against, heading, line, shownMs } from "./report.ts";
import { writeNotes } from "./writeNotes.ts";

const LONG_WORDS = 40_000;
const LONG_RUNS = 3;
const LONG_LIMIT_MS = 1000;
const LONG_LIMIT_BYTES = 64 * 1024 * 1024;

const COLUMNS = [
  "coverage",
  "word supp.",
  "pair supp.",
  "supported",
  "redundancy",
  "order",
  "compression",
  "terms said",
  "time",
];

const offline = offlineNotesWriter();
const configured = notesWriterFromEnv(process.env);

if (process.argv.includes("--example")) await writeExamples();
else await run();

async function run() {
  for (const lecture of LECTURES) await judge(lecture);
  heading(`${LONG_WORDS.toLocaleString("en")} words through the offline writer`);
  const chunks = longLecture(LONG_WORDS);
  const runs = [];
  for (let run = 0; run < LONG_RUNS; run += 1) runs.push(await runInSmallThread(chunks));
  const [long] = runs.sort((a, b) => a.ms - b.ms);
  if (!long) throw new Error("There was no run.");
  line(
    `time, best of ${LONG_RUNS} (${long.windows} windows, ${long.points} points)`,
    against(long.ms, LONG_LIMIT_MS, "limit"),
  );
  line("of it the thread's own work", against(long.processorMs, LONG_LIMIT_MS, "limit"));
  const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  line(
    "heap used at the end, in a thread that has no more than the limit",
    `${megabytes(long.heapBytes)}, limit ${megabytes(LONG_LIMIT_BYTES)}: ${(long.heapBytes / LONG_LIMIT_BYTES).toFixed(3)} times`,
  );
}

async function judge(lecture: Lecture) {
  const segments = segmentsOf(lecture);
  const words = wordCount(segments.map(({ text }) => text));
  heading(`${lecture.name}: ${words.toLocaleString("en")} words, ${lecture.style}`);
  console.log(`  ${"".padEnd(24)}${COLUMNS.map((name) => name.padStart(12)).join("")}`);
  const offlineWords = await judgeWriter("offline writer", offline, lecture);
  const baseline = baselineOf(segments, offlineWords);
  const texts = baseline.map(({ text }) => text);
  row(
    "baseline, equal length",
    measure(baseline, baseline, { body: texts, whole: texts }, segments),
    undefined,
  );
  if (configured.kind === "model") await judgeWriter(configured.name, configured, lecture);
}

/** Prints one writer's figures; returns how many words its sections have. */
async function judgeWriter(name: string, writer: NotesWriter, lecture: Lecture): Promise<number> {
  const segments = segmentsOf(lecture);
  const chunks = chunksOf(lecture);
  const startedAt = performance.now();
  const { notes, usage } = await writeNotes(writer, chunks);
  const ms = performance.now() - startedAt;
  const reading = { body: bodyOf(notes), whole: readingOf(notes) };
  row(
    name,
    measure(statementsOf(notes), pointsOf(notes), reading, segments, notes.definitions),
    ms,
  );
  if (usage.calls > 0) {
    line("calls and tokens", `${usage.calls}, ${usage.inputTokens} in, ${usage.outputTokens} out`);
  }
  return wordCount(reading.body);
}

function row(name: string, measures: Measures, ms: number | undefined) {
  const cells = [
    measures.coverage,
    measures.wordSupport,
    measures.pairSupport,
    measures.supportedStatements,
    measures.redundancy,
    measures.order,
    measures.compression,
    measures.definitionsSaid,
  ].map((value) => `${(value * 100).toFixed(1)} %`.padStart(12));
  const time = (ms === undefined ? "" : shownMs(ms)).padStart(12);
  console.log(`  ${name.slice(0, 24).padEnd(24)}${cells.join("")}${time}`);
}

async function writeExamples() {
  for (const { file, lecture, shownAs } of EXAMPLES) {
    const { notes } = await writeNotes(offline, chunksOf(lecture));
    await writeFile(pageUrl(file), examplePage(notes, shownAs));
    console.log(`Written: ${pageUrl(file).pathname}`);
  }
}
