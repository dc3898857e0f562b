// While it records: time, level, what is kept and sent, marks; the controls where the thumb is.
import { Link } from "@tanstack/react-router";
import { Flag, Pause, Play, Square } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { useConnection } from "../../app/useConnection.ts";
import type { LectureRecorder, RecorderSnapshot } from "../../recorder/lectureRecorder.ts";
import { Button } from "../../ui/Button.tsx";
import { classNames } from "../../ui/classNames.ts";
import { Disclosure } from "../../ui/Disclosure.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useMediaQuery } from "../../ui/useMediaQuery.ts";
import { DetailsFields } from "../details/DetailsFields.tsx";
import type { DeviceLecture } from "../upload/deviceLecture.ts";
import { Clock } from "./Clock.tsx";
import { Figures } from "./Figures.tsx";
import { LevelPicture } from "./LevelPicture.tsx";
import { Marks } from "./Marks.tsx";
import { MicrophoneSettings } from "./MicrophoneSettings.tsx";
import { recordingState } from "./recordingState.ts";
import { useMarkKey } from "./useMarkKey.ts";
import styles from "./RecordingPanel.module.css";

export function RecordingPanel({
  recorder,
  snapshot,
  problems,
  device,
  onStop,
}: {
  recorder: LectureRecorder;
  snapshot: RecorderSnapshot;
  problems: ReactNode;
  device: DeviceLecture | undefined;
  onStop: () => void;
}) {
  const { status, lecture, marks } = snapshot;
  const mark = () => void recorder.addMark();
  useMarkKey(mark);
  const state = recordingState(snapshot);

  return (
    <div className={styles.panel}>
      <h1 className="visually-hidden">Recording</h1>
      <div className={styles.top}>
        <p className={styles.state} data-state={state.kind} role="status">
          <span className={styles.dot} aria-hidden="true" />
          {state.words}
        </p>
        <Clock recorder={recorder} className={styles.clock} />
        <LevelPicture levels={recorder.levels} active={state.kind === "recording"} />
      </div>
      {problems}
      {device?.problem && (
        <Notice tone="warning" live title="The server does not take this lecture">
          {device.problem.message} What you record is kept on this device; decide about it in the
          library when you have stopped.
        </Notice>
      )}
      <Figures lecture={device} />
      <OutOfReachHint />
      {device?.lectureId && (
        <p className={styles.live}>
          <Link to="/lecture/$lectureId" params={{ lectureId: device.lectureId }}>
            Read the notes as they are written
          </Link>
          {status === "recording" && <span> Recording goes on meanwhile.</span>}
        </p>
      )}
      <Marks recorder={recorder} marks={marks} />
      {lecture && (
        <DetailsFields
          key={lecture.clientKey}
          initial={{ title: lecture.title ?? "", course: lecture.course ?? "" }}
          titlePlaceholder="Taken from the lecture if left empty"
          onSave={(details) => void recorder.setDetails(details)}
        />
      )}
      <ScreenHint keptAwake={snapshot.screenKeptAwake} status={status} />
      <Disclosure label="Change the microphone">
        <MicrophoneSettings recorder={recorder} snapshot={snapshot} />
      </Disclosure>
      <div className={styles.controls} role="group" aria-label="Recording controls">
        <Button
          size="large"
          className={styles.mark}
          icon={<Flag size={20} aria-hidden="true" />}
          onClick={mark}
          aria-keyshortcuts="M"
        >
          Mark as important
        </Button>
        {status === "recording" ? (
          <Button
            size="large"
            icon={<Pause size={20} aria-hidden="true" />}
            onClick={() => void recorder.pause()}
          >
            Pause
          </Button>
        ) : (
          <Button
            size="large"
            variant="primary"
            icon={<Play size={20} aria-hidden="true" />}
            disabled={status === "finishing"}
            onClick={() => void recorder.resume()}
          >
            Resume
          </Button>
        )}
        <Button
          size="large"
          variant="record"
          busy={status === "finishing"}
          icon={<Square size={18} aria-hidden="true" fill="currentColor" />}
          onClick={onStop}
        >
          Stop
        </Button>
      </div>
      <MarkAnnouncement count={marks.length} />
    </div>
  );
}

/** The app's own notice of this would lie over the clock. */
function OutOfReachHint() {
  const connection = useConnection();
  if (connection !== "offline" && connection !== "unreachable") return null;
  return (
    <p className={styles.hint} role="status">
      {connection === "offline" ? "You are offline." : "The server can’t be reached just now."}{" "}
      Everything is kept on this device and sent later, by itself.
    </p>
  );
}

/** Where the screen can't be kept awake, people must do it themselves. */
function ScreenHint({
  keptAwake,
  status,
}: {
  keptAwake: boolean;
  status: RecorderSnapshot["status"];
}) {
  const isTouch = useMediaQuery("(pointer: coarse)");
  if (!isTouch || status !== "recording") return null;
  if (keptAwake) return null;
  return (
    <Notice tone="warning">
      This browser does not let the page keep the screen awake. Keep it on yourself: phones stop the
      microphone when the screen goes dark.
    </Notice>
  );
}

function MarkAnnouncement({ count }: { count: number }) {
  const [first] = useState(count);
  const [words, setWords] = useState("");
  useEffect(() => {
    if (count > first) setWords(`Marked. ${count} ${count === 1 ? "mark" : "marks"} so far.`);
  }, [count, first]);
  return (
    <p className={classNames("visually-hidden")} role="status">
      {words}
    </p>
  );
}
