// 40,000 words through the offline writer inside of a thread that has 64 MB and no more.

import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { offlineNotesWriter } from "../../convex/ai/offline/writer.ts";
import type { TranscriptChunk } from "../../domain/transcript.ts";
import { writeNotes } from "./writeNotes.ts";

export type LongRun = {
  /** On the clock; other programs on the machine make it longer. */
  ms: number;
  /** The thread's own work. */
  processorMs: number;
  heapBytes: number;
  windows: number;
  points: number;
};

/** Heap of the thread in MB: old objects and young ones together are the 64 MB that are promised. */
const HEAP = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 16 };

/**
 * Runs the offline writer over a long lecture in a small thread.
 *
 * @throws Error when the thread runs out of memory
 */
export function runInSmallThread(chunks: TranscriptChunk[]): Promise<LongRun> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { chunks },
      resourceLimits: HEAP,
    });
    worker.once("message", (run: LongRun) => resolve(run));
    worker.once("error", reject);
  });
}

if (!isMainThread && parentPort) {
  // The parent above is the only one that starts this thread.
  const { chunks } = workerData as { chunks: TranscriptChunk[] };
  const before = process.memoryUsage().heapUsed;
  const startedAt = performance.now();
  const worked = process.threadCpuUsage();
  const { notes, drafts } = await writeNotes(offlineNotesWriter(), chunks);
  const { user, system } = process.threadCpuUsage(worked);
  parentPort.postMessage({
    processorMs: (user + system) / 1000,
    ms: performance.now() - startedAt,
    heapBytes: process.memoryUsage().heapUsed - before,
    windows: drafts.length,
    points: notes.sections.flatMap((section) => section.points).length,
  } satisfies LongRun);
}
