// A transcript's segments are sentences or less; people read paragraphs.

export type SegmentLike = { startMs: number; endMs: number; text: string };

/** A segment with its place in its chunk, by which it is edited. */
export type ParagraphSegment<Segment> = { segment: Segment; segmentIndex: number };

export type Paragraph<Segment> = { startMs: number; segments: ParagraphSegment<Segment>[] };

/** A pause that reads like a new thought. */
const PAUSE_MS = 1_800;
/** About six lines: longer ones are hard to find one's place in. */
const LENGTH_LIMIT = 420;

/** Breaks a chunk's segments into paragraphs at pauses and, when long enough, at the ends of sentences. */
export function groupParagraphs<Segment extends SegmentLike>(
  segments: readonly Segment[],
): Paragraph<Segment>[] {
  const paragraphs: Paragraph<Segment>[] = [];
  let length = 0;
  segments.forEach((segment, segmentIndex) => {
    const last = paragraphs.at(-1);
    const previous = segments[segmentIndex - 1];
    const startsNew =
      !last ||
      !previous ||
      segment.startMs - previous.endMs >= PAUSE_MS ||
      (length >= LENGTH_LIMIT && /[.!?…。？！]["”’)]*$/.test(previous.text.trim())) ||
      length >= 2 * LENGTH_LIMIT;
    if (startsNew) {
      paragraphs.push({ startMs: segment.startMs, segments: [{ segment, segmentIndex }] });
      length = segment.text.length;
    } else {
      last.segments.push({ segment, segmentIndex });
      length += segment.text.length;
    }
  });
  return paragraphs;
}

/** The index of the segment that is being said, or -1. Between two segments it is the one just said. */
export function segmentAt(segments: readonly { startMs: number }[], timeMs: number): number {
  let found = -1;
  for (const [index, segment] of segments.entries()) {
    if (segment.startMs > timeMs) break;
    found = index;
  }
  return found;
}
