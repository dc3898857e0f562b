// Says when notes are not a model's work, or not whole, and how to get better ones. One line until it is asked.
import { Info } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { WriterName } from "../../../../domain/notes.ts";
import { api } from "../../../../convex/_generated/api.js";
import { useSessionQuery } from "../../../app/session.ts";
import { Button } from "../../../ui/Button.tsx";
import { isAtWork, type LectureDetails, type Notes } from "../lecture.ts";
import styles from "./WriterNotice.module.css";

const RegenerateDialog = lazy(() => import("./RegenerateDialog.tsx"));

export function WriterNotice({
  lecture,
  notes,
  writer,
}: {
  lecture: LectureDetails;
  notes: Notes | undefined;
  /** Who writes: of the finished notes, or of the drafts so far. */
  writer: WriterName | undefined;
}) {
  const isOffline = writer?.kind === "offline";
  const engines = useSessionQuery(api.account.engines, isOffline ? {} : "skip");
  const [isAsking, setAsking] = useState(false);
  const model = engines?.notes.configured ? engines.notes.name : undefined;

  if (!isOffline && !notes?.fallbackReason) return null;
  return (
    <>
      <details className={styles.notice}>
        <summary className={styles.summary}>
          <Info size={17} aria-hidden="true" />
          <span className={styles.title}>
            {isOffline ? "Outline made offline" : "Parts of these notes were outlined offline"}
          </span>
          <span className={styles.more}>
            {isOffline && !model ? "How to get written notes" : "Why"}
          </span>
        </summary>
        <div className={styles.body}>
          <p>
            {notes?.fallbackReason ??
              "These are the lecture’s own sentences, chosen and ordered; nothing was added."}
          </p>
          {isOffline && engines && !engines.notes.configured && (
            <p>{engines.notes.howTo} Then choose “Write the notes again” in this lecture’s menu.</p>
          )}
        </div>
      </details>
      {notes && (model || !isOffline) && !isAtWork(lecture) && (
        <div className="no-print">
          <Button onClick={() => setAsking(true)}>
            {model ? `Write notes with ${model}` : "Write them again"}
          </Button>
        </div>
      )}
      {isAsking && (
        <Suspense fallback={null}>
          <RegenerateDialog lectureId={lecture._id} notes={notes} onOpenChange={setAsking} />
        </Suspense>
      )}
    </>
  );
}
