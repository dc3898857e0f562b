// The notes of a lecture on its owner's page: as they are written, finished, and being edited.
import { useMemo, useRef } from "react";
import type { Id } from "../../../../convex/_generated/dataModel.js";
import { Notice } from "../../../ui/Notice.tsx";
import { SkeletonText } from "../../../ui/Skeleton.tsx";
import { isAtWork, type LectureDetails, type Notes } from "../lecture.ts";
import type { Mark } from "../marks.tsx";
import { usePlayer, usePlayerValue } from "../player/PlayerProvider.tsx";
import { segmentAt } from "../transcript/paragraphs.ts";
import { EditablePart } from "./EditablePart.tsx";
import { NotesBody } from "./NotesBody.tsx";
import { shownNotes, type Draft } from "./shownNotes.ts";
import { useKeepPlace } from "./useKeepPlace.ts";
import { WriterNotice } from "./WriterNotice.tsx";
import styles from "./NotesPane.module.css";

export function NotesPane({
  lecture,
  notes,
  drafts,
  marks,
  isEditing,
  onMark,
  onMoment,
}: {
  lecture: LectureDetails;
  /** Undefined while it is not known, null when there are none yet. */
  notes: Notes | null | undefined;
  drafts: readonly Draft[] | undefined;
  marks: readonly Mark[];
  isEditing: boolean;
  onMark: (mark: Mark) => void;
  onMoment: (timeMs: number) => void;
}) {
  const container = useRef<HTMLDivElement>(null);
  useKeepPlace(container);
  const shown = useMemo(() => shownNotes(notes, drafts), [notes, drafts]);
  const { hasAudio } = usePlayer();
  const activeSection = usePlayerValue(({ timeMs }) =>
    hasAudio && timeMs > 0 && shown ? segmentAt(shown.sections, timeMs) : -1,
  );

  return (
    <div ref={container} className={styles.pane}>
      {shown === undefined ? (
        <div aria-busy="true">
          <SkeletonText lines={6} />
        </div>
      ) : !shown.isFinal && shown.sections.length === 0 ? (
        <NotesToCome lecture={lecture} />
      ) : (
        <>
          <WriterNotice
            lecture={lecture}
            notes={notes ?? undefined}
            writer={notes ? notes.writer : drafts?.[0]?.writer}
          />
          {notes && isEditing && (
            <Notice>
              Every text is a field now. What you change is saved as you leave it, and stays yours
              when the notes are written again.
            </Notice>
          )}
          <NotesBody
            notes={shown}
            marks={marks}
            onMark={onMark}
            activeSection={activeSection}
            onMoment={onMoment}
            renderText={notes && isEditing ? editable(lecture._id) : undefined}
          />
        </>
      )}
    </div>
  );
}

function editable(lectureId: Id<"lectures">) {
  return function renderEditable(path: string, text: string, label: string) {
    return <EditablePart key={path} lectureId={lectureId} path={path} text={text} label={label} />;
  };
}

function NotesToCome({ lecture }: { lecture: LectureDetails }) {
  if (!isAtWork(lecture)) {
    return <p className={styles.nothing}>No notes have been written yet.</p>;
  }
  return (
    <div className={styles.toCome}>
      <p>
        {lecture.state === "receiving"
          ? "The notes begin to appear here while the lecture goes on, a section for every ten minutes or so."
          : "The sections of the notes appear here as they are written."}
      </p>
      <SkeletonText lines={5} />
    </div>
  );
}
