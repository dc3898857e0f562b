// One chunk of the transcript: its paragraphs, or its place until they come.
import { memo, useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { formatClock } from "../../../../domain/time.ts";
import type { Id } from "../../../../convex/_generated/dataModel.js";
import { SkeletonText } from "../../../ui/Skeleton.tsx";
import { MarkLabel, marksBetween, type Mark } from "../marks.tsx";
import { usePlayer } from "../player/PlayerProvider.tsx";
import { CorrectableSegment } from "./CorrectableSegment.tsx";
import { groupParagraphs, segmentAt, type Paragraph } from "./paragraphs.ts";
import type { FeedChunk, FeedSegment, TranscriptFeed } from "./TranscriptFeed.ts";
import styles from "./Transcript.module.css";

/** About 150 words a minute, 10 words a line, 1.7 rem a line. */
const REM_PER_MS = (150 / 60_000 / 10) * 1.7;

type TranscriptChunkProps = {
  index: number;
  lectureId: Id<"lectures">;
  feed: TranscriptFeed;
  estimatedMs: number;
  isCorrecting: boolean;
  marks: readonly Mark[];
  onMark: (mark: Mark) => void;
  observe: (element: HTMLElement, index: number) => () => void;
  onMoment: (timeMs: number) => void;
};

export const TranscriptChunk = memo(function TranscriptChunk(props: TranscriptChunkProps) {
  const { index, feed, estimatedMs, observe } = props;
  const item = useRef<HTMLLIElement>(null);
  const subscribe = useCallback(
    (changed: () => void) => feed.subscribe(index, changed),
    [feed, index],
  );
  const chunk = useSyncExternalStore(subscribe, () => feed.chunk(index));

  useEffect(() => (item.current ? observe(item.current, index) : undefined), [observe, index]);

  return (
    <li
      ref={item}
      data-chunk={index}
      className={styles.chunk}
      style={chunk ? undefined : { minHeight: `${Math.max(3, estimatedMs * REM_PER_MS)}rem` }}
    >
      {chunk ? <LoadedChunk {...props} chunk={chunk} /> : <SkeletonText lines={3} />}
    </li>
  );
});

function whyEmpty({ state, noSound }: FeedChunk): string {
  if (state === "failed") return "this part could not be transcribed.";
  return noSound ? "no sound was recorded here." : "nothing was said here.";
}

function LoadedChunk({
  chunk,
  lectureId,
  isCorrecting,
  marks,
  onMark,
  onMoment,
}: TranscriptChunkProps & { chunk: FeedChunk }) {
  const active = useActiveSegment(chunk);
  if (chunk.segments.length === 0) {
    return (
      <p className={styles.silence}>
        {formatClock(chunk.startMs)} to {formatClock(chunk.endMs)}: {whyEmpty(chunk)}
      </p>
    );
  }
  return groupParagraphs(chunk.segments).map((paragraph, place, all) => {
    const endMs = all[place + 1]?.startMs ?? chunk.endMs;
    // A mark in the silence before the first words belongs to them.
    const startMs = place === 0 ? chunk.startMs : paragraph.startMs;
    return (
      <div key={paragraph.startMs} className={styles.paragraph}>
        <button
          type="button"
          className={styles.time}
          onClick={() => onMoment(paragraph.startMs)}
          aria-label={`Go to ${formatClock(paragraph.startMs)}`}
        >
          {formatClock(paragraph.startMs)}
        </button>
        <div className={styles.words}>
          {marksBetween(marks, startMs, endMs).map((mark) => (
            <MarkLabel key={mark.clientKey} mark={mark} onOpen={onMark} />
          ))}
          {isCorrecting ? (
            paragraph.segments.map(({ segment, segmentIndex }) => (
              <CorrectableSegment
                key={segmentIndex}
                lectureId={lectureId}
                chunkIndex={chunk.index}
                segmentIndex={segmentIndex}
                text={segment.text}
              />
            ))
          ) : (
            <Words paragraph={paragraph} active={active} onMoment={onMoment} />
          )}
        </div>
      </div>
    );
  });
}

function Words({
  paragraph,
  active,
  onMoment,
}: {
  paragraph: Paragraph<FeedSegment>;
  active: number;
  onMoment: (timeMs: number) => void;
}) {
  return (
    <p dir="auto">
      {paragraph.segments.map(({ segment, segmentIndex }) => (
        // A click on words is a shortcut for the pointer; by keyboard the paragraph's time does the same.
        <span
          key={segmentIndex}
          data-start={segment.startMs}
          data-active={segmentIndex === active || undefined}
          className={styles.segment}
          onClick={() => {
            // Marking words with the mouse is no wish to go there.
            if (window.getSelection()?.isCollapsed !== false) onMoment(segment.startMs);
          }}
        >
          {segment.text}{" "}
        </span>
      ))}
    </p>
  );
}

/** The segment of this chunk that is heard now, or -1; renders only when it changes. */
function useActiveSegment(chunk: FeedChunk): number {
  const { track, hasAudio } = usePlayer();
  return useSyncExternalStore(track.subscribe, () => {
    const { timeMs } = track.snapshot();
    if (!hasAudio || timeMs === 0 || timeMs < chunk.startMs || timeMs >= chunk.endMs) return -1;
    return segmentAt(chunk.segments, timeMs);
  });
}
