/** Sends one piece's bytes and tells how much has left. XMLHttpRequest, because fetch cannot tell. */
import { ServerProblem } from "../../recorder/server.ts";

/** A line this slow (24 MB in it are 13 kbit/s) is no line: better tried anew. Reset whenever bytes move. */
const STALLED_AFTER_MS = 60_000;

/**
 * @returns the storage id that the server gave the bytes
 * @throws ServerProblem, "transient" but for bytes that the server will never take
 */
export function sendBytes(
  url: string,
  bytes: Blob,
  onProgress: (sentBytes: number) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let stalled = setTimeout(() => request.abort(), STALLED_AFTER_MS);
    request.upload.onprogress = ({ loaded }) => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED_AFTER_MS);
      onProgress(Math.min(loaded, bytes.size));
    };
    request.onload = () => {
      const storageId = request.status === 200 ? storageIdIn(request.responseText) : undefined;
      if (storageId === undefined) reject(refusal(request.status));
      else resolve(storageId);
    };
    request.onerror = () => reject(transient("The connection broke while a piece was being sent."));
    request.onabort = () => reject(transient("Sending a piece came to a standstill."));
    request.onloadend = () => clearTimeout(stalled);
    request.open("POST", url);
    if (bytes.type) request.setRequestHeader("Content-Type", bytes.type);
    request.send(bytes);
  });
}

function storageIdIn(answer: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(answer);
    if (typeof parsed !== "object" || parsed === null || !("storageId" in parsed)) return undefined;
    return typeof parsed.storageId === "string" ? parsed.storageId : undefined;
  } catch {
    return undefined;
  }
}

function refusal(status: number): ServerProblem {
  if (status !== 413) return transient(`The server answered ${status} to a piece of audio.`);
  return new ServerProblem("refused", {
    code: "too_large",
    message:
      "The server, or something between here and it, refuses pieces of this size. Whoever runs it has to allow uploads of 25 MB.",
  });
}

function transient(message: string): ServerProblem {
  return new ServerProblem("transient", { code: "upload_failed", message });
}
