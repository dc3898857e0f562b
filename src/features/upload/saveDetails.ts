/** Title and course of a lecture that may still be here, may be on its way, or may have left this device. */
import type { ConvexReactClient } from "convex/react";
import { ConvexLectureServer } from "./convexServer.ts";
import { deviceOutbox } from "./deviceOutbox.ts";

/** @throws ServerProblem when only the server has the lecture and refuses */
export async function saveDetails(
  convex: ConvexReactClient,
  { clientKey, lectureId }: { clientKey: string; lectureId?: string },
  details: { title: string; course: string },
): Promise<void> {
  const outbox = await deviceOutbox();
  const stored = await outbox.lecture(clientKey);
  if (stored) {
    await outbox.updateLecture(clientKey, { ...details, detailsChanged: stored.createTried });
  } else if (lectureId !== undefined) {
    await new ConvexLectureServer(convex).updateDetails(lectureId, details);
  }
}
