/** What the page and the worker that cuts files say to each other. */
import type { Problem } from "../outbox/ledger.ts";
import type { CutPiece, CutPosition } from "./cut.ts";

export type ToCutter =
  /** Open the file and say what it is; then wait. */
  | { kind: "open"; file: File }
  /** Make the next piece. `from` counts with the first one only. */
  | { kind: "next"; from?: CutPosition };

export type FromCutter =
  | { kind: "opened"; durationMs: number }
  | { kind: "piece"; piece: CutPiece }
  | { kind: "done" }
  | { kind: "failed"; problem: Problem };
