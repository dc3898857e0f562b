// A lecture as its owner sees it: head, state of the work, notes and transcript side by side or in tabs, player.
import { lazy, Suspense, useCallback, useRef, useState } from "react";
import { api } from "../../../../convex/_generated/api.js";
import { useSessionQuery } from "../../../app/session.ts";
import { PageWidth } from "../../../ui/PageWidth.tsx";
import { useMediaQuery } from "../../../ui/useMediaQuery.ts";
import { WhatHappened } from "../../jobs/WhatHappened.tsx";
import { isAtWork, type LectureDetails } from "../lecture.ts";
import type { Mark } from "../marks.tsx";
import { NotesPane } from "../notes/NotesPane.tsx";
import { PlayerBar } from "../player/PlayerBar.tsx";
import { Transcript } from "../transcript/Transcript.tsx";
import { LectureHead } from "./LectureHead.tsx";
import { LectureProblem } from "./LectureProblem.tsx";
import { LectureProgress } from "./LectureProgress.tsx";
import { NarrowLayout, WideLayout, type View } from "./layouts.tsx";
import { useMoment } from "./useMoment.ts";
import { uniqueKey } from "../../../recorder/uniqueKey.ts";
import styles from "./Lecture.module.css";

const MarkDialog = lazy(() => import("../MarkDialog.tsx"));

/** One for all renders: a new one each time would render every chunk of the transcript anew. */
const noMarks: readonly Mark[] = [];

/** From here on two columns of readable width fit. */
const WIDE = "(min-width: 64rem)";

export function Lecture({ lecture, startMs }: { lecture: LectureDetails; startMs?: number }) {
  const lectureId = lecture._id;
  const isWide = useMediaQuery(WIDE);
  const [view, setView] = useState<View>(startMs === undefined ? "notes" : "transcript");
  const [isEditing, setEditing] = useState(false);
  const [openMark, setOpenMark] = useState<{ mark: Mark; isNew: boolean }>();
  const onMark = useCallback((mark: Mark) => setOpenMark({ mark, isNew: false }), []);
  const sidePane = useRef<HTMLDivElement>(null);
  const marks = useSessionQuery(api.lectures.marks, { lectureId }) ?? noMarks;
  const notes = useSessionQuery(api.notes.get, { lectureId });
  // Once there are notes the drafts are no longer asked for.
  const drafts = useSessionQuery(api.notes.drafts, notes === null ? { lectureId } : "skip");
  const { moment, goTo } = useMoment(startMs, () => setView("transcript"));

  const panels = {
    notes: (
      <NotesPane
        lecture={lecture}
        notes={notes}
        drafts={drafts}
        marks={marks}
        isEditing={isEditing}
        onMark={onMark}
        onMoment={goTo}
      />
    ),
    transcript: (
      <Transcript
        lectureId={lectureId}
        chunkCount={lecture.transcriptChunkCount}
        durationMs={lecture.durationMs}
        isGrowing={isAtWork(lecture)}
        isLive={lecture.source === "recording" && lecture.state === "receiving"}
        marks={marks}
        onMark={onMark}
        pane={isWide ? sidePane : null}
        revealed={moment}
        onMoment={goTo}
      />
    ),
    story: <WhatHappened lectureId={lectureId} />,
  };

  return (
    <>
      <PageWidth>
        <article className={styles.lecture}>
          <LectureHead
            lecture={lecture}
            notes={notes}
            isEditing={isEditing}
            onEditing={(next) => {
              setEditing(next);
              if (next) setView((current) => (isWide ? current : "notes"));
            }}
          />
          <LectureProgress lecture={lecture} />
          <LectureProblem lecture={lecture} />
          {isWide ? (
            <WideLayout panels={panels} view={view} onView={setView} sidePane={sidePane} />
          ) : (
            <NarrowLayout panels={panels} view={view} onView={setView} />
          )}
        </article>
      </PageWidth>
      <PlayerBar onMark={(atMs) => setOpenMark({ mark: newMark(atMs), isNew: true })} />
      {openMark && (
        <Suspense fallback={null}>
          <MarkDialog lectureId={lectureId} {...openMark} onClose={() => setOpenMark(undefined)} />
        </Suspense>
      )}
    </>
  );
}

function newMark(atMs: number): Mark {
  return { clientKey: uniqueKey(), atMs };
}
