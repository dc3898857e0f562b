/** Cuts files beside the page, so that the page never stutters. One worker cuts one file. */
import { asFileProblem, openAudioFile, type AudioFile } from "./audioFile.ts";
import { cutAudioFile, type CutPiece } from "./cut.ts";
import type { FromCutter, ToCutter } from "./cutterMessages.ts";

/** The part of a worker's global scope that is used here; TypeScript's worker library would clash with the page's. */
type WorkerScope = {
  onmessage: ((event: MessageEvent<ToCutter>) => void) | null;
  postMessage(message: FromCutter, transfer?: Transferable[]): void;
};
const scope = globalThis as unknown as WorkerScope;

let file: File | undefined;
let audio: AudioFile | undefined;
let pieces: AsyncGenerator<CutPiece, void, void> | undefined;

scope.onmessage = ({ data }) => {
  answer(data).catch(async (error: unknown) => {
    if (!file) throw error;
    const { problem } = await asFileProblem(error, file);
    scope.postMessage({ kind: "failed", problem });
  });
};

async function answer(message: ToCutter): Promise<void> {
  switch (message.kind) {
    case "open":
      file = message.file;
      audio = await openAudioFile(file);
      return scope.postMessage({ kind: "opened", durationMs: audio.endMs - audio.firstMs });
    case "next": {
      if (!audio) throw new Error("No file is open.");
      pieces ??= cutAudioFile(audio, message.from);
      const { value: piece } = await pieces.next();
      if (!piece) return scope.postMessage({ kind: "done" });
      return scope.postMessage({ kind: "piece", piece }, [piece.bytes]);
    }
    default:
      return message satisfies never;
  }
}
