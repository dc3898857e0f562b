/** How far a brought lecture is: cut, sent and transcribed, each from 0 to 100. */
import type { IntakeItem } from "../../recorder/files/fileIntake.ts";
import type { LectureSource } from "../../recorder/outbox/ledger.ts";
import type { DeviceLecture } from "./deviceLecture.ts";

export type RowProgress = {
  /** Undefined for text, which is not cut. */
  cut?: number;
  sent: number;
  /** Undefined while there is nothing to be transcribed on the server. */
  transcribed?: number;
};

export function rowProgress(options: {
  intake?: Pick<IntakeItem, "status" | "cutMs" | "durationMs">;
  /** Undefined once the lecture has left this device: then all of it has been sent. */
  device?: DeviceLecture;
  /** Bytes of pieces that are on their way just now. */
  sendingBytes: number;
  /** What the server knows of the lecture, once it does. */
  lecture?: { source: LectureSource; transcriptChunkCount: number; audioPieceCount: number };
}): RowProgress {
  const { intake, device, sendingBytes, lecture } = options;
  const source = device?.source ?? lecture?.source ?? "file";
  const isText = source !== "file" && source !== "recording";
  const cut = isText || (!device && !intake) ? undefined : cutPercent(intake, device);
  const cutShare = (cut ?? 100) / 100;
  const sent = device ? sentShare(device, sendingBytes) * cutShare * 100 : 100;
  const pieceCount = Math.max(device?.pieceCount ?? 0, lecture?.audioPieceCount ?? 0);
  const transcribed =
    lecture === undefined || isText || pieceCount === 0
      ? undefined
      : Math.min(1, lecture.transcriptChunkCount / pieceCount) * cutShare * 100;
  return { cut, sent, transcribed };
}

function cutPercent(
  intake: Pick<IntakeItem, "status" | "cutMs" | "durationMs"> | undefined,
  device: DeviceLecture | undefined,
): number {
  if (intake?.status === "cut" || device?.state === "kept" || (!device && intake)) return 100;
  const wholeMs = intake?.durationMs ?? device?.fileDurationMs ?? 0;
  const cutMs = Math.max(intake?.cutMs ?? 0, device?.durationMs ?? 0);
  return wholeMs > 0 ? Math.min(100, (cutMs / wholeMs) * 100) : 0;
}

function sentShare(device: DeviceLecture, sendingBytes: number): number {
  const { totalBytes, confirmedBytes, pieceCount, confirmedPieceCount } = device;
  if (totalBytes > 0) return Math.min(1, (confirmedBytes + sendingBytes) / totalBytes);
  return pieceCount > 0 ? confirmedPieceCount / pieceCount : 0;
}
