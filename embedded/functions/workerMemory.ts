// How much memory a worker with pushed code takes, and how it is kept from taking the whole process with it.
import type { ResourceLimits, Worker } from "node:worker_threads";

/**
 * When a worker reaches the limit that it has from Node in one big step, V8 ends the whole process. So the limit that
 * counts is watched from outside (`usedMemoryBytes`), and Node's lies so far above that it is not reached meanwhile.
 */
export function heapLimits(limitMb: number): ResourceLimits {
  return { maxOldGenerationSizeMb: Math.max(4_096, limitMb * 4) };
}

/** Heap and byte buffers; 0 when the worker is gone. */
export async function usedMemoryBytes(worker: Worker | null): Promise<number> {
  try {
    const statistics = await worker?.getHeapStatistics();
    if (statistics === undefined) return 0;
    return statistics.used_heap_size + statistics.external_memory;
  } catch {
    // It has just ended: it takes nothing any more.
    return 0;
  }
}
