/** Saves what this device has of a recording as a file that any player plays, whatever the server thinks of it. */
import { blobTarget, chosenFile, type CopyTarget } from "../../recorder/copy/copyTarget.ts";
import { deviceOutbox } from "./deviceOutbox.ts";

export type SavedCopy = {
  fileNames: string[];
  durationMs: number;
  /** Parts of the recording that are not in it: the server has them already, or they hold no sound. */
  leftOutCount: number;
};

type SavePicker = (options: {
  suggestedName: string;
  types: { description: string; accept: Record<string, string[]> }[];
}) => Promise<FileSystemFileHandle>;

/**
 * @param name what the file is called, without its ending
 * @param onProgress hears how much is done, from 0 to 1
 * @returns undefined when the person chose no place for it
 * @throws when there is nothing to save, or it can't be read or written
 */
export async function saveCopy(
  { clientKey, name }: { clientKey: string; name: string },
  onProgress: (share: number) => void,
): Promise<SavedCopy | undefined> {
  const outbox = await deviceOutbox();
  const all = (await outbox.ledger(clientKey))?.pieces ?? [];
  const pieces = all.filter(({ status, sizeBytes }) => status !== "confirmed" && sizeBytes > 0);
  const [first] = pieces;
  if (!first) throw new Error("nothing of it is on this device any more");
  const kind = first.mimeType.includes("mp4") ? mp4 : webm;
  const chosen = await choosePlace(`${safeName(name)}${kind.ending}`, kind);
  if (chosen === "none") return undefined;
  const fileNames: string[] = [];
  const openTarget = async (fileNumber: number): Promise<CopyTarget> => {
    const part = fileNumber === 0 ? "" : ` (part ${fileNumber + 1})`;
    const fileName = `${safeName(name)}${part}${kind.ending}`;
    const place = fileNumber === 0 ? chosen : undefined;
    fileNames.push(place?.name ?? fileName);
    if (place) return chosenFile(await place.createWritable());
    return blobTarget(kind.mimeType, (whole) => download(whole, fileName));
  };
  const { joinPieces } = await import("../../recorder/copy/joinPieces.ts");
  const joined = await joinPieces({
    pieces,
    bytesOf: ({ index, mimeType }) => outbox.bytes(clientKey, index, mimeType),
    openTarget,
    onProgress,
  });
  if (joined.filesMs.length === 0) throw new Error("none of its parts can be read");
  return {
    fileNames,
    durationMs: joined.filesMs.reduce((sum, ms) => sum + ms, 0),
    leftOutCount: joined.leftOutCount + all.length - pieces.length,
  };
}

type Kind = { mimeType: string; ending: string; description: string };
const webm: Kind = { mimeType: "audio/webm", ending: ".webm", description: "WebM audio" };
const mp4: Kind = { mimeType: "audio/mp4", ending: ".m4a", description: "MPEG-4 audio" };

/** Asks where to put it, where the browser can; undefined: among the downloads. */
async function choosePlace(
  suggestedName: string,
  { mimeType, ending, description }: Kind,
): Promise<FileSystemFileHandle | undefined | "none"> {
  // Only Chromium on computers has it; not in TypeScript's library yet.
  const { showSaveFilePicker } = globalThis as { showSaveFilePicker?: SavePicker };
  if (!showSaveFilePicker) return undefined;
  try {
    const types = [{ description, accept: { [mimeType]: [ending] } }];
    return await showSaveFilePicker({ suggestedName, types });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return "none";
    // Forbidden by a policy, or too long after the press: the downloads folder will do.
    return undefined;
  }
}

function download(whole: Blob, fileName: string): void {
  const url = URL.createObjectURL(whole);
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // Some browsers read the file only after the click has been dealt with.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Without what some system refuses in a file's name. */
export function safeName(name: string): string {
  const safe = name
    .replace(/[\\/:*?"<>|\p{Cc}]+/gu, " ")
    .replace(/\s+/gu, " ")
    .trim();
  return safe.replace(/^\.+|\.+$/gu, "").slice(0, 120) || "Recording";
}
