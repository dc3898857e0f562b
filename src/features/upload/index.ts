/** What other features start without knowing how lectures get to the server. */
import type { ConvexReactClient } from "convex/react";
import { ConvexLectureServer } from "./convexServer.ts";
import { deviceOutbox } from "./deviceOutbox.ts";
import { newTextLecture, transcriptFrom } from "./textLecture.ts";

const SAMPLE = {
  path: "/sample/candle.vtt",
  title: "The Chemical History of a Candle, lecture 1",
  course: "Michael Faraday, Royal Institution",
};

/**
 * Puts the sample lecture through the real pipeline. Its id is known when this returns; its text follows from the outbox.
 * @throws when the server is out of reach
 */
export async function startSampleLecture(
  convex: ConvexReactClient,
): Promise<{ lectureId: string }> {
  const answer = await fetch(SAMPLE.path);
  if (!answer.ok) throw new Error(`The sample lecture is not on this server (${answer.status}).`);
  const { chunks, language } = transcriptFrom(await answer.text(), "candle.vtt");
  const { title, course } = SAMPLE;
  const lecture = newTextLecture({ source: "sample", title, course, language });
  const { clientKey, source, recordedAt } = lecture;
  const { lectureId } = await new ConvexLectureServer(convex).createLecture({
    clientKey,
    source,
    title,
    course,
    language,
    recordedAt,
  });
  const outbox = await deviceOutbox();
  await outbox.addTextLecture({ ...lecture, lectureId, createTried: true }, chunks);
  return { lectureId };
}
