/** The page's side of the worker that cuts files: one piece after the other goes into the outbox, at the disk's pace. */
import type { Problem } from "../outbox/ledger.ts";
import type { CutPosition } from "./cut.ts";
import type { FromCutter, StoredPiece, ToCutter } from "./cutterMessages.ts";

export type StartWorker = () => Worker;

/** A file could not be opened or read on; the message is for the person. */
export class CutFailed extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = "CutFailed";
    this.problem = problem;
  }
}

export class Cutter {
  readonly #worker: Worker;

  constructor(startWorker: StartWorker) {
    this.#worker = startWorker();
  }

  /** @throws CutFailed when the file holds nothing that can be transcribed */
  async open(file: File): Promise<{ durationMs: number }> {
    const answer = await this.#ask({ kind: "open", file });
    if (answer.kind !== "opened") throw new Error(`The cutter answered “${answer.kind}”.`);
    return { durationMs: answer.durationMs };
  }

  /**
   * Cuts the next piece of an opened file and puts it into the outbox.
   * @param from where the file was cut up to, when the first piece is asked for
   * @returns undefined after the last piece; "no_room" when the disk is full: the piece is tried again with the next call
   * @throws CutFailed when the file is damaged there or has been changed
   */
  async storeNext(
    clientKey: string,
    from: CutPosition,
  ): Promise<StoredPiece | "no_room" | undefined> {
    const answer = await this.#ask({ kind: "next", clientKey, from });
    switch (answer.kind) {
      case "stored":
        return answer.piece;
      case "no_room":
        return "no_room";
      case "done":
        return undefined;
      default:
        throw new Error(`The cutter answered “${answer.kind}”.`);
    }
  }

  close(): void {
    this.#worker.terminate();
  }

  #ask(message: ToCutter): Promise<FromCutter> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromCutter>) => {
        if (data.kind === "failed") reject(new CutFailed(data.problem));
        else resolve(data);
      };
      worker.onerror = (event) =>
        reject(
          new CutFailed({
            code: "cutter_failed",
            message: `The part of the app that reads audio files did not start or broke (${event.message || "no details"}). Reload the page and try again.`,
          }),
        );
      worker.postMessage(message);
    });
  }
}
