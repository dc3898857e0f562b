// The sizes that the app promises to handle and refuses to go beyond, in one place for server and page.

/** Longest title of a lecture, in characters. */
export const MAX_TITLE_LENGTH = 200;
/** Longest course name, in characters. */
export const MAX_COURSE_LENGTH = 100;
/** Longest note of a mark made while recording, in characters. */
export const MAX_MARK_NOTE_LENGTH = 500;
/** Most marks of one lecture. */
export const MAX_MARKS = 500;

/** Largest piece of audio, in bytes: speech endpoints refuse more than 25 MB with the form around it. */
export const MAX_CHUNK_BYTES = 24 * 1024 * 1024;
/** Longest piece of audio: the shortest known limit of a model is 1,500 s, gateways give up sooner. */
export const MAX_CHUNK_DURATION_MS = 15 * 60_000;
/** Longest lecture. */
export const MAX_LECTURE_DURATION_MS = 24 * 60 * 60_000;
/** Most pieces that one lecture may have. */
export const MAX_CHUNKS = 2000;

/** Longest transcript that is accepted as text or captions, in words. */
export const MAX_TRANSCRIPT_WORDS = 200_000;
/**
 * Longest caption or text file that is even looked at, in characters. 200,000 words of WebVTT with
 * a time line per cue stay well below it.
 */
export const MAX_TRANSCRIPT_CHARACTERS = 12_000_000;
/** Longest text of one segment, in characters; a longer one is cut at a sentence or word. */
export const MAX_SEGMENT_LENGTH = 2000;
/** Most chunks of text in one call of uploads.addTranscriptChunks. */
export const MAX_TRANSCRIPT_CHUNKS_PER_CALL = 16;
/** How much of a lecture one chunk of text holds when captions or text are brought in. */
export const TRANSCRIPT_CHUNK_DURATION_MS = 5 * 60_000;

/** What finished notes may hold (docs: what good notes are). */
export const NOTES_LIMITS = {
  summaryWords: { min: 60, max: 150 },
  pointsPerSection: { min: 3, max: 8 },
  keyTakeaways: { min: 3, max: 10 },
  headingLength: 120,
  pointLength: 600,
  termLength: 80,
  meaningLength: 600,
  summaryLength: 1500,
  definitions: 60,
} as const;
