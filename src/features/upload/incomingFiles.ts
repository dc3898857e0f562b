/** Files that come from outside: shared with the installed app, or opened with it from the system's file manager. */

/** Where the service worker puts shared files until a page takes them. */
export const INCOMING_CACHE = "lectern-incoming";

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

/** The files that the service worker has put aside; each is handed out once. */
async function takeSharedFiles(): Promise<File[]> {
  // Typed as always there; missing in insecure contexts, where nothing can be shared either.
  const storage = globalThis.caches as CacheStorage | undefined;
  if (!storage || !(await storage.has(INCOMING_CACHE))) return [];
  const cache = await storage.open(INCOMING_CACHE);
  const files: File[] = [];
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    await cache.delete(request);
    if (!response) continue;
    const bytes = await response.blob();
    const name = decodeURIComponent(response.headers.get("X-File-Name") ?? "shared file");
    const lastModified = Number(response.headers.get("X-Last-Modified")) || Date.now();
    files.push(new File([bytes], name, { type: bytes.type, lastModified }));
  }
  return files;
}
