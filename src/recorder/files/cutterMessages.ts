/** What the page and the worker that cuts files say to each other. The bytes never pass through the page. */
import type { Problem } from "../outbox/ledger.ts";
import type { CutPiece, CutPosition } from "./cut.ts";

export type ToCutter =
  /** Open the file and say what it is; then wait. */
  | { kind: "open"; file: File }
  /** Make the next piece and put it into the outbox. `from` counts with the first one only. */
  | { kind: "next"; clientKey: string; from: CutPosition };

export type StoredPiece = Pick<CutPiece, "index" | "startMs" | "durationMs">;

export type FromCutter =
  | { kind: "opened"; durationMs: number }
  | { kind: "stored"; piece: StoredPiece }
  /** The disk is full. The piece is kept, and tried again when the next one is asked for. */
  | { kind: "no_room" }
  | { kind: "done" }
  | { kind: "failed"; problem: Problem };
