/** Where a recording goes on in a lecture that exists: in its part on this device if there is one, else where the server says. */
import type { ConvexReactClient } from "convex/react";
import type { RecordingTarget } from "../../recorder/prepareRecording.ts";
import { ServerProblem } from "../../recorder/server.ts";
import { ownerOfNewLectures } from "../upload/accountId.ts";
import { ConvexLectureServer } from "../upload/convexServer.ts";
import { deviceOutbox } from "../upload/deviceOutbox.ts";
import { uniqueKey } from "../../recorder/uniqueKey.ts";

const ANSWER_WITHIN_MS = 8_000;

type Details = { title?: string; course?: string };
type Continuation = { session: number; nextIndex: number; startMs: number };

/** @throws ServerProblem with a sentence for the person */
export async function continueTarget(
  convex: ConvexReactClient,
  lectureId: string,
  details: Details,
): Promise<RecordingTarget> {
  const outbox = await deviceOutbox();
  const here = (await outbox.lectures()).findLast(
    (lecture) => lecture.lectureId === lectureId && lecture.intake !== "discarded",
  );
  if (here) return { kind: "interrupted", clientKey: here.clientKey };
  const answer = new ConvexLectureServer(convex).continueRecording(lectureId);
  const continuation = await inTime(answer);
  if (continuation) {
    const ownerId = ownerOfNewLectures();
    return { kind: "continued", lectureId, ...details, ownerId, ...continuation };
  }
  // Should the server hear of it later after all, the lecture must not wait for a recording that never comes.
  void answer.then((late) => endAtOnce(lectureId, late)).catch(() => undefined);
  throw new ServerProblem("transient", {
    code: "server_out_of_reach",
    message:
      "Going on in this lecture needs the server, and there is no way to it at the moment. Record a new lecture instead: that works without it.",
  });
}

async function inTime(answer: Promise<Continuation>): Promise<Continuation | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS);
  });
  return Promise.race([answer, timeout]).finally(() => clearTimeout(timer));
}

async function endAtOnce(lectureId: string, { session, nextIndex, startMs }: Continuation) {
  const outbox = await deviceOutbox();
  const now = Date.now();
  await outbox.addLecture({
    clientKey: uniqueKey(),
    source: "recording",
    lectureId,
    ownerId: ownerOfNewLectures(),
    recordedAt: now,
    createdAt: now,
    intake: "complete",
    createTried: true,
    detailsChanged: false,
    session,
    firstIndex: nextIndex,
    startMs,
  });
}
