// In the library: what is still only on this device, and what somebody has to decide about it.
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, useSyncExternalStore } from "react";
import { formatClock } from "../../../domain/time.ts";
import { discardInterrupted } from "../../recorder/outbox/interrupted.ts";
import { Button, buttonClass } from "../../ui/Button.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { ProgressBar } from "../../ui/ProgressBar.tsx";
import { showToast } from "../../ui/toast.ts";
import { formatWhen } from "../library/dates.ts";
import { InterruptedRecordings } from "../recorder/InterruptedRecordings.tsx";
import { continueInterrupted } from "../recorder/recorderStore.ts";
import { onSignedInUser, signedInUserId } from "./accountId.ts";
import type { DeviceLecture } from "./deviceLecture.ts";
import { deviceOutbox } from "./deviceOutbox.ts";
import { deviceWords, keptOnlyHere } from "./deviceWords.ts";
import { rowProgress } from "./rowProgress.ts";
import { SaveCopyButton } from "./SaveCopyButton.tsx";
import { useDeviceState, useUploadState } from "./useDevice.ts";
import styles from "./DeviceSection.module.css";

export function DeviceSection() {
  const { lectures } = useDeviceState();
  const navigate = useNavigate();
  const shown = lectures.filter(keptOnlyHere);
  const resume = ({ clientKey }: DeviceLecture) => {
    void navigate({ to: "/record" });
    continueInterrupted(clientKey).catch((error: unknown) =>
      showToast(
        `The recording could not be continued (${error instanceof Error ? error.message : String(error)}).`,
        { tone: "danger" },
      ),
    );
  };
  if (shown.length === 0) return null;
  return (
    <section className={styles.section} aria-label="On this device">
      <h2 className="group-heading">On this device</h2>
      <InterruptedRecordings lectures={shown} onContinue={resume} />
      <ul className={styles.list}>
        {shown
          .filter(({ state }) => state !== "interrupted")
          .map((lecture) => (
            <DeviceCard key={lecture.clientKey} lecture={lecture} />
          ))}
      </ul>
    </section>
  );
}

function DeviceCard({ lecture }: { lecture: DeviceLecture }) {
  const { status, sendingBytes } = useUploadState();
  const accountId = useSyncExternalStore(onSignedInUser, signedInUserId);
  const words = deviceWords(lecture, { uploadStatus: status, accountId });
  const { sent } = rowProgress({
    device: lecture,
    sendingBytes: sendingBytes[lecture.clientKey] ?? 0,
  });
  const title = lecture.title ?? lecture.fileName ?? "Untitled recording";
  return (
    <li className={styles.card}>
      <div className={styles.text}>
        <h3 className={styles.title} dir="auto">
          {lecture.lectureId ? (
            <Link to="/lecture/$lectureId" params={{ lectureId: lecture.lectureId }}>
              {title}
            </Link>
          ) : (
            title
          )}
        </h3>
        <p className={styles.meta}>
          {formatWhen(lecture.recordedAt, Date.now())}
          {lecture.durationMs > 0 && ` · ${formatClock(lecture.durationMs)}`}
        </p>
      </div>
      <div className={styles.state}>
        <p className={styles.words}>
          {words} <span className="tabular">{Math.floor(sent)} %</span>
        </p>
        <ProgressBar
          size="thin"
          label={`${title}: sent`}
          value={sent}
          tone={lecture.state === "problem" ? "danger" : "accent"}
        />
      </div>
      <Actions lecture={lecture} title={title} />
    </li>
  );
}

function Actions({ lecture, title }: { lecture: DeviceLecture; title: string }) {
  switch (lecture.state) {
    case "recording":
      return lecture.source === "recording" ? (
        <Link to="/record" className={buttonClass()}>
          To the recorder
        </Link>
      ) : null;
    case "cut_in_part":
      return (
        <Link to="/new" className={buttonClass()}>
          Choose it again
        </Link>
      );
    case "problem":
      return <ProblemActions lecture={lecture} title={title} />;
    case "kept":
      return lecture.source === "recording" ? <SaveCopyButton lecture={lecture} /> : null;
    case "cutting":
    case "interrupted":
    case "discarded":
      return null;
    default:
      return lecture.state satisfies never;
  }
}

function ProblemActions({ lecture, title }: { lecture: DeviceLecture; title: string }) {
  const [asking, setAsking] = useState(false);
  const { clientKey } = lecture;
  const throwAway = async () => {
    // Under a running recorder's hands nothing may vanish.
    const done = await discardInterrupted(await deviceOutbox(), clientKey);
    if (!done)
      throw new Error("It is still being recorded or cut. Stop that first, then try again.");
  };
  return (
    <div className={styles.actions}>
      <Button
        variant="primary"
        onClick={() =>
          void deviceOutbox().then((outbox) => outbox.setProblem(clientKey, undefined))
        }
      >
        Try again
      </Button>
      {lecture.source === "recording" && <SaveCopyButton lecture={lecture} />}
      <Button variant="quiet" onClick={() => setAsking(true)}>
        Throw away
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Throw “${title}” away?`}
        confirmLabel="Throw away"
        cancelLabel="Keep it"
        danger
        onConfirm={throwAway}
      >
        <p>What has not been sent exists nowhere else. This cannot be undone.</p>
      </ConfirmDialog>
    </div>
  );
}
