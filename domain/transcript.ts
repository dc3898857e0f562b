// The transcript of a lecture: timed segments, the chunks they are stored in.
//
// All times are milliseconds on the lecture's clock.

/** One word with its time, where the speech model gives it. */
export type Word = { startMs: number; endMs: number; text: string };

/** A stretch of speech, usually a sentence or part of one. */
export type Segment = { startMs: number; endMs: number; text: string; words?: Word[] };

/** The text of one stored piece: of one piece of audio, or of some minutes of captions. */
export type TranscriptChunk = {
  startMs: number;
  endMs: number;
  /** How much of the beginning was also in the piece before; 0 when the pieces only touch. */
  overlapMs?: number;
  segments: Segment[];
};

/** A sentence with the time it was said at, put together from segments. */
export type Sentence = { startMs: number; endMs: number; text: string };
