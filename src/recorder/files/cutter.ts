/** The page's side of the worker that cuts files: ask for one piece after the other, at the pace of the disk. */
import type { Problem } from "../outbox/ledger.ts";
import type { CutPiece, CutPosition } from "./cut.ts";
import type { FromCutter, ToCutter } from "./cutterMessages.ts";

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

  /** @throws CutFailed in the middle, when the file is damaged there or has been changed */
  async *pieces(from?: CutPosition): AsyncGenerator<CutPiece, void, void> {
    for (let first = true; ; first = false) {
      const answer = await this.#ask({ kind: "next", ...(first && from ? { from } : {}) });
      if (answer.kind === "done") return;
      if (answer.kind !== "piece") throw new Error(`The cutter answered “${answer.kind}”.`);
      yield answer.piece;
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
