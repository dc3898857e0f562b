// The transcript: chunk by chunk, only what is near the eye, in step with the player.
import { useConvex } from "convex/react";
import { LocateFixed, Pencil } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore, type RefObject } from "react";
import { api } from "../../../../convex/_generated/api.js";
import type { Id } from "../../../../convex/_generated/dataModel.js";
import { useSession } from "../../../app/session.ts";
import { Button } from "../../../ui/Button.tsx";
import { Notice } from "../../../ui/Notice.tsx";
import { usePlayer, usePlayerValue } from "../player/PlayerProvider.tsx";
import type { Mark } from "../marks.tsx";
import { TranscriptChunk } from "./TranscriptChunk.tsx";
import { TranscriptFeed } from "./TranscriptFeed.ts";
import { useFollowing } from "./useFollowing.ts";
import { useNewest } from "./useNewest.ts";
import { useNearChunks } from "./useNearChunks.ts";
import { useRevealMoment } from "./useRevealMoment.ts";
import styles from "./Transcript.module.css";

export type TranscriptProps = {
  lectureId: Id<"lectures">;
  chunkCount: number;
  durationMs: number;
  /** Whether chunks may still come. */
  isGrowing: boolean;
  /** Whether the lecture is being spoken just now. */
  isLive: boolean;
  marks: readonly Mark[];
  onMark: (mark: Mark) => void;
  /** Where it scrolls: its own pane, or the page when null. */
  pane: RefObject<HTMLElement | null> | null;
  /** A moment to be shown; a new object each time it is asked for. */
  revealed: { timeMs: number } | undefined;
  onMoment: (timeMs: number) => void;
};

export function Transcript(props: TranscriptProps) {
  const { lectureId, chunkCount, durationMs, isGrowing, isLive, marks, pane, revealed } = props;
  const { onMark, onMoment } = props;
  const feed = useFeed(lectureId);
  const list = useRef<HTMLOListElement>(null);
  const [isCorrecting, setCorrecting] = useState(false);
  const { hasAudio } = usePlayer();
  const isPlaying = usePlayerValue((state) => state.status === "playing");
  const following = useFollowing({ list, pane, isPlaying });
  const observeChunk = useNearChunks({ pane, onNear: (near) => feed.setNear(near, isGrowing) });
  const hasWords = chunkCount > 0;
  useNewest({
    list,
    pane,
    isLive: isLive && hasWords,
    isElsewhere: isPlaying || revealed !== undefined,
  });
  useRevealMoment({ feed, list, pane, revealed, chunkCount, durationMs });
  const error = useSyncExternalStore(feed.subscribeAny, () => feed.error());
  if (error) throw error;

  if (!hasWords) {
    return (
      <p className={styles.nothing}>
        {isGrowing
          ? "The words appear here as soon as the first piece has been transcribed."
          : "There is no transcript."}
      </p>
    );
  }
  return (
    <div className={styles.transcript}>
      <div className={styles.tools}>
        <Button
          variant="quiet"
          icon={<Pencil size={17} aria-hidden="true" />}
          aria-pressed={isCorrecting}
          onClick={() => setCorrecting(!isCorrecting)}
        >
          {isCorrecting ? "Done" : "Correct"}
        </Button>
        {hasAudio && isPlaying && !following.isFollowing && (
          <Button
            variant="quiet"
            icon={<LocateFixed size={17} aria-hidden="true" />}
            onClick={following.follow}
          >
            Follow along
          </Button>
        )}
      </div>
      {isCorrecting && (
        <Notice>
          Change the words that were misheard. Each correction is saved as you leave it.
        </Notice>
      )}
      <ol ref={list} className={styles.chunks}>
        {Array.from({ length: chunkCount }, (_, index) => (
          <TranscriptChunk
            key={index}
            index={index}
            lectureId={lectureId}
            feed={feed}
            estimatedMs={durationMs / chunkCount}
            isCorrecting={isCorrecting}
            marks={marks}
            onMark={onMark}
            observe={observeChunk}
            onMoment={onMoment}
          />
        ))}
      </ol>
      {isGrowing && (
        <p className={styles.growing}>
          <span className={styles.pulse} aria-hidden="true" />
          More is being transcribed
        </p>
      )}
    </div>
  );
}

/** The feed lives as long as the transcript is shown, and is made anew when the account changes. */
function useFeed(lectureId: Id<"lectures">): TranscriptFeed {
  const convex = useConvex();
  const { status } = useSession();
  const [feed] = useState(
    () =>
      new TranscriptFeed((range) =>
        convex.watchQuery(api.transcripts.range, { lectureId, ...range }),
      ),
  );
  useEffect(() => () => feed.dispose(), [feed, status]);
  return feed;
}
