// How far the work on a lecture is: in words and as a bar, and aloud at each new stage and quarter.
import { Suspense, useEffect, useRef, useState } from "react";
import { CircleCheck } from "lucide-react";
import { useMutation } from "convex/react";
import { api } from "../../../../convex/_generated/api.js";
import { inWords } from "../../../app/errorMessage.ts";
import { Button } from "../../../ui/Button.tsx";
import { classNames } from "../../../ui/classNames.ts";
import { ConfirmDialog } from "../../../ui/ConfirmDialog.tsx";
import { lazyPart } from "../../../ui/lazyPart.tsx";
import { ProgressBar } from "../../../ui/ProgressBar.tsx";
import { lectureStatus, progressAnnouncement } from "../../jobs/lectureStatus.ts";
import { isAtWork, type LectureDetails } from "../lecture.ts";
import styles from "./LectureProgress.module.css";

const SentFromHere = lazyPart(async () => (await import("./SentFromHere.tsx")).default);

export function LectureProgress({ lecture }: { lecture: LectureDetails }) {
  const { label } = lectureStatus(lecture);
  const { state, progress } = lecture;
  const announcement = useAnnouncement(label, progress);
  const isOpen = isAtWork(lecture);
  // Whoever saw the work going on sees its end in the same place, and nothing below moves.
  const [sawWork, setSawWork] = useState(isOpen);
  if (isOpen && !sawWork) setSawWork(true);
  const isShown = isOpen || (sawWork && state === "ready");

  return (
    <>
      <p className="visually-hidden" role="status">
        {announcement}
      </p>
      {isShown && (
        <section className={classNames(styles.progress, "no-print")} aria-label="Progress">
          <div className={styles.line}>
            <p className={styles.stage}>
              {!isOpen && <CircleCheck size={18} aria-hidden="true" className={styles.done} />}
              {label}
              {state === "receiving" && (
                <span className={styles.detail}>
                  <Suspense fallback={null}>
                    <SentFromHere
                      lectureId={lecture._id}
                      otherwise={piecesHere(lecture.audioPieceCount)}
                    />
                  </Suspense>
                </span>
              )}
            </p>
            <p className={styles.percent}>{progress} %</p>
            {isOpen && <CancelButton lecture={lecture} />}
          </div>
          <ProgressBar label={label} value={progress} valueText={`${label}, ${progress} %`} />
        </section>
      )}
    </>
  );
}

function piecesHere(count: number): string {
  if (count === 0) return "";
  return count === 1 ? "1 piece is here" : `${count} pieces are here`;
}

/** What is to be read aloud now; nothing at first, and not every single per cent. */
function useAnnouncement(label: string, progress: number): string {
  const before = useRef<{ label: string; progress: number }>(undefined);
  const [words, setWords] = useState("");
  useEffect(() => {
    const after = { label, progress };
    const said = progressAnnouncement(before.current, after);
    before.current = after;
    if (said) setWords(said);
  }, [label, progress]);
  return words;
}

function CancelButton({ lecture }: { lecture: LectureDetails }) {
  const cancel = useMutation(api.lectures.cancel);
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button variant="quiet" className={styles.cancel} onClick={() => setAsking(true)}>
        Cancel
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title="Stop working on this lecture?"
        confirmLabel="Stop"
        cancelLabel="Go on"
        onConfirm={async () => {
          await inWords(
            cancel({ lectureId: lecture._id }),
            "The work could not be stopped. Please try again.",
          );
        }}
      >
        <p>
          What has been received, transcribed and written so far stays. You can take the work up
          again at any time with Retry.
        </p>
      </ConfirmDialog>
    </>
  );
}
