// The thread behind listeners.ts: one piece of audio at a time.
import { parentPort } from "node:worker_threads";
import { closeDecoder } from "./decodeInBrowser.ts";
import { listen } from "./hear.ts";
import type { ListenJob } from "./listeners.ts";

parentPort?.on("message", (job: ListenJob | "close") => {
  void (job === "close" ? close() : answer(job));
});

async function answer({ bytes, mimeTypeOrName }: ListenJob): Promise<void> {
  parentPort?.postMessage(await listen(bytes, mimeTypeOrName));
}

async function close(): Promise<void> {
  await closeDecoder();
  parentPort?.close();
}
