/**
 * Cuts files and puts the pieces into the outbox beside the page, so that the page never stutters and never holds a
 * piece's bytes. One worker cuts one file.
 */
import { isQuotaError } from "../capture/storageRoom.ts";
import { Outbox } from "../outbox/outbox.ts";
import { sha256Hex } from "../outbox/sha256.ts";
import { asFileProblem, openAudioFile, type AudioFile } from "./audioFile.ts";
import { cutAudioFile, type CutPiece } from "./cut.ts";
import type { FromCutter, ToCutter } from "./cutterMessages.ts";
import { intakeProblem } from "./fileProblem.ts";

/** The part of a worker's global scope that is used here; TypeScript's worker library would clash with the page's. */
type WorkerScope = {
  onmessage: ((event: MessageEvent<ToCutter>) => void) | null;
  postMessage(message: FromCutter): void;
};
type NewPiece = Parameters<Outbox["addWholePiece"]>[0];
const scope = globalThis as unknown as WorkerScope;

let file: File | undefined;
let audio: AudioFile | undefined;
let pieces: AsyncGenerator<CutPiece, void, void> | undefined;
let outbox: Outbox | undefined;
/** Cut, and not yet on the disk. */
let waiting: CutPiece | undefined;

scope.onmessage = ({ data }) => {
  answer(data).then(
    (reply) => scope.postMessage(reply),
    async (error: unknown) => {
      if (!file) throw error;
      const { problem } = await asFileProblem(error, file);
      scope.postMessage({ kind: "failed", problem });
    },
  );
};

async function answer(message: ToCutter): Promise<FromCutter> {
  switch (message.kind) {
    case "open":
      file = message.file;
      audio = await openAudioFile(file);
      return { kind: "opened", durationMs: audio.endMs - audio.firstMs };
    case "next": {
      if (!audio) throw new Error("No file is open.");
      pieces ??= cutAudioFile(audio, message.from);
      waiting ??= (await pieces.next()).value ?? undefined;
      if (!waiting) return { kind: "done" };
      return store(message.clientKey, waiting);
    }
    default:
      return message satisfies never;
  }
}

async function store(clientKey: string, { bytes, ...piece }: CutPiece): Promise<FromCutter> {
  try {
    const sha256 = await sha256Hex(bytes);
    const stored = { clientKey, session: 0, overlapMs: 0, sha256, ...piece };
    outbox ??= await Outbox.open();
    await addPiece(outbox, stored, bytes);
  } catch (error) {
    if (isQuotaError(error)) return { kind: "no_room" };
    return { kind: "failed", problem: intakeProblem(error, file?.name ?? "The file") };
  }
  waiting = undefined;
  free(bytes);
  const { index, startMs, durationMs } = piece;
  return { kind: "stored", piece: { index, startMs, durationMs } };
}

/** At once: pieces come faster than a browser looks for what nobody needs any more. */
function free(bytes: ArrayBuffer): void {
  // Browsers of before 2024 can't.
  if ("transfer" in bytes) bytes.transfer(0);
}

/** As a file of the browser's own, which the page then sends without reading it; some private windows keep only bytes. */
async function addPiece(to: Outbox, piece: NewPiece, bytes: ArrayBuffer): Promise<void> {
  try {
    await to.addWholePiece(piece, new Blob([bytes], { type: piece.mimeType }));
  } catch (error) {
    if (isQuotaError(error)) throw error;
    await to.addWholePiece(piece, bytes);
  }
}
