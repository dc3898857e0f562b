// Recordings that were cut off: what to do with each is the person's decision, and nothing is lost until then.
import { useState } from "react";
import { formatClock } from "../../../domain/time.ts";
import { discardInterrupted, finishInterrupted } from "../../recorder/outbox/interrupted.ts";
import { Button } from "../../ui/Button.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { showToast } from "../../ui/toast.ts";
import { formatWhen } from "../library/dates.ts";
import type { DeviceLecture } from "../upload/deviceLecture.ts";
import { deviceOutbox } from "../upload/deviceOutbox.ts";
import { SaveCopyButton } from "../upload/SaveCopyButton.tsx";
import styles from "./Problems.module.css";

export function InterruptedRecordings({
  lectures,
  onContinue,
}: {
  lectures: readonly DeviceLecture[];
  onContinue: (lecture: DeviceLecture) => void;
}) {
  const interrupted = lectures.filter((lecture) => lecture.state === "interrupted");
  if (interrupted.length === 0) return null;
  return (
    <section className={styles.problems} aria-label="Interrupted recordings">
      {interrupted.map((lecture) => (
        <Interrupted key={lecture.clientKey} lecture={lecture} onContinue={onContinue} />
      ))}
    </section>
  );
}

function Interrupted({
  lecture,
  onContinue,
}: {
  lecture: DeviceLecture;
  onContinue: (lecture: DeviceLecture) => void;
}) {
  const [asking, setAsking] = useState(false);
  const name = lecture.title ? `“${lecture.title}”` : "A recording";
  const finish = async () => {
    const done = await finishInterrupted(await deviceOutbox(), lecture.clientKey);
    if (!done) showToast("This recording is going on in another tab.", { tone: "danger" });
  };
  return (
    <Notice
      tone="warning"
      title={`${name} was interrupted`}
      actions={
        <>
          <Button variant="primary" onClick={() => onContinue(lecture)}>
            Continue recording
          </Button>
          <Button onClick={() => void finish()}>Finish it</Button>
          <SaveCopyButton lecture={lecture} />
          <Button variant="quiet" onClick={() => setAsking(true)}>
            Throw away
          </Button>
        </>
      }
    >
      <p>
        {formatWhen(lecture.recordedAt, Date.now())}, {formatClock(lecture.durationMs)} recorded.
        Everything up to the interruption is kept.
      </p>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Throw this recording away?"
        confirmLabel="Throw away"
        cancelLabel="Keep it"
        danger
        onConfirm={async () => {
          const done = await discardInterrupted(await deviceOutbox(), lecture.clientKey);
          if (!done) throw new Error("It is going on in another tab. Stop it there first.");
        }}
      >
        <p>
          {formatClock(lecture.durationMs)} of sound
          {lecture.title ? ` of “${lecture.title}”` : ""} will be gone from this device and from the
          server. This cannot be undone.
        </p>
      </ConfirmDialog>
    </Notice>
  );
}
