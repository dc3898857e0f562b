/** Says in words how it stands with a lecture that is (partly) on this device. */
import type { DeviceLecture } from "./deviceLecture.ts";
import { formatBytes } from "./formatBytes.ts";
import type { UploadState } from "./uploadState.ts";

/** True while something of a lecture is here that the server does not have. */
export function keptOnlyHere(lecture: DeviceLecture): boolean {
  if (lecture.state === "discarded") return false;
  return lecture.state !== "kept" || lecture.confirmedPieceCount < lecture.pieceCount;
}

export function deviceWords(
  lecture: DeviceLecture,
  { uploadStatus, accountId }: { uploadStatus: UploadState["status"]; accountId?: string },
): string {
  const left = lecture.totalBytes - lecture.confirmedBytes;
  const amount = left > 0 ? ` (${formatBytes(left)} left)` : "";
  switch (lecture.state) {
    case "problem":
      return lecture.problem?.message ?? "Something is wrong with it";
    case "recording":
      return "Being recorded";
    case "interrupted":
      return "Interrupted";
    case "cutting":
      return "Being cut and sent";
    case "cut_in_part":
      return "Not brought in to its end: the file is needed again";
    case "discarded":
      return "Being removed";
    case "kept":
      return keptWords(lecture, uploadStatus, accountId) + amount;
    default:
      return lecture.state satisfies never;
  }
}

function keptWords(
  lecture: DeviceLecture,
  uploadStatus: UploadState["status"],
  accountId: string | undefined,
): string {
  if (accountId === undefined) return "Waits for the server";
  if (lecture.ownerId !== undefined && lecture.ownerId !== accountId) {
    return "Belongs to another account: sign in to that one to send it";
  }
  return uploadStatus === "waiting" ? "Waits for the server" : "Being sent";
}
