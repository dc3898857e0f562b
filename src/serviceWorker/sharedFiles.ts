/** Shared files on their way from the service worker, which receives them, to the page, which takes them in. */
import { INCOMING_CACHE, SHARED_FILES_FIELD } from "./contract.ts";

/** Puts the files of a share aside. Shared text without a file becomes a text file. */
export async function keepSharedFiles(form: FormData): Promise<void> {
  const cache = await caches.open(INCOMING_CACHE);
  for (const file of filesOf(form)) {
    const headers = {
      "Content-Type": file.type || "application/octet-stream",
      "X-File-Name": encodeURIComponent(file.name),
      "X-Last-Modified": String(file.lastModified),
    };
    await cache.put(`/incoming/${crypto.randomUUID()}`, new Response(file, { headers }));
  }
}

function filesOf(form: FormData): File[] {
  const files = form.getAll(SHARED_FILES_FIELD).filter((entry) => entry instanceof File);
  if (files.length > 0) return files;
  const text = form.get("text");
  if (typeof text !== "string" || text.trim() === "") return [];
  const title = form.get("title");
  const name = typeof title === "string" && title.trim() !== "" ? title.trim() : "Shared text";
  return [new File([text], `${name}.txt`, { type: "text/plain" })];
}

/** The files that were put aside, oldest share first; each is handed out once. */
export async function takeSharedFiles(): Promise<File[]> {
  // Typed as always there; missing in insecure contexts, where nothing can be shared either.
  const storage = globalThis.caches as CacheStorage | undefined;
  if (!storage || !(await storage.has(INCOMING_CACHE))) return [];
  const cache = await storage.open(INCOMING_CACHE);
  const files: File[] = [];
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    // Another tab may have been faster.
    const isOurs = await cache.delete(request);
    if (!response || !isOurs) continue;
    const bytes = await response.blob();
    const name = decodeURIComponent(response.headers.get("X-File-Name") ?? "shared file");
    const lastModified = Number(response.headers.get("X-Last-Modified")) || Date.now();
    files.push(new File([bytes], name, { type: bytes.type, lastModified }));
  }
  return files;
}
