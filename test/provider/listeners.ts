// Listens to audio in threads of its own, so that the test that drives a browser beside it is never held up.
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Heard } from "./hear.ts";

export type ListenJob = { bytes: Uint8Array; mimeTypeOrName: string };

const MOST = Math.max(1, availableParallelism() - 1);
const waiting: (() => void)[] = [];
const idle: Worker[] = [];
let running = 0;

/** What is said in real audio, or null when it can't be decoded. */
export async function listenElsewhere(
  bytes: Uint8Array,
  mimeTypeOrName: string,
): Promise<Heard | null> {
  if (running >= MOST) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  const worker = idle.pop() ?? new Worker(new URL("./listener.ts", import.meta.url));
  // An idle listener must not keep the test process alive.
  worker.ref();
  try {
    worker.postMessage({ bytes, mimeTypeOrName } satisfies ListenJob);
    // An error in the thread rejects this.
    const [heard] = (await once(worker, "message")) as [Heard | null];
    worker.unref();
    idle.push(worker);
    return heard;
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** Ends the threads, and the browsers that some of them decode with. */
export async function closeListeners(): Promise<void> {
  const closing = idle.splice(0).map(async (worker) => {
    worker.postMessage("close");
    await once(worker, "exit");
  });
  await Promise.all(closing);
}
