/** Files that come from outside: shared with the installed app, or opened with it from the system's file manager. */

import { takeSharedFiles } from "../../serviceWorker/sharedFiles.ts";

type LaunchParams = { readonly files?: readonly FileSystemFileHandle[] };
type LaunchQueue = { setConsumer(consumer: (params: LaunchParams) => void): void };

/**
 * Hands over the files that wait already and those that come while the page is open.
 * @returns how to stop
 */
export function takeIncomingFiles(onFiles: (files: File[]) => void): () => void {
  let stopped = false;
  void takeSharedFiles().then((files) => {
    if (!stopped && files.length > 0) onFiles(files);
  });
  // Only Chromium on computers has it; not in TypeScript's library yet.
  const { launchQueue } = globalThis as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer((params) => {
    if (stopped || !params.files?.length) return;
    void Promise.all(params.files.map((handle) => handle.getFile())).then(onFiles);
  });
  return () => {
    stopped = true;
  };
}
