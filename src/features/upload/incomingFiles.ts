/** Files that come from outside: shared with the installed app, or opened with it from the system's file manager. */

import { takeSharedFiles } from "../../serviceWorker/sharedFiles.ts";

type LaunchParams = { readonly files?: readonly FileSystemFileHandle[] };
type LaunchQueue = { setConsumer(consumer: (params: LaunchParams) => void): void };

/**
 * Hands over the files that wait already and those that come while the page is open. What was taken is handed over even
 * when that page has been left meanwhile: nobody else has it any more.
 * @param onUnreadable hears why files could not be read
 */
export function takeIncomingFiles(
  onFiles: (files: File[]) => void,
  onUnreadable: (reason: string) => void,
): void {
  const take = (files: Promise<File[]>) => {
    files.then(
      (taken) => taken.length > 0 && onFiles(taken),
      (error: unknown) => onUnreadable(error instanceof Error ? error.message : String(error)),
    );
  };
  take(takeSharedFiles());
  // Only Chromium on computers has it; not in TypeScript's library yet.
  const { launchQueue } = globalThis as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files = [] }) =>
    take(Promise.all(files.map((handle) => handle.getFile()))),
  );
}
