// Before the recording: the big button, what will happen when it is pressed, and the choice of the microphone.
import { api } from "../../../convex/_generated/api.js";
import { useSessionQuery } from "../../app/session.ts";
import type { LectureRecorder, RecorderSnapshot } from "../../recorder/lectureRecorder.ts";
import { DetailsFields, type Details } from "../details/DetailsFields.tsx";
import { MicrophoneSettings } from "./MicrophoneSettings.tsx";
import { StartHead } from "./StartHead.tsx";
import styles from "./StartPanel.module.css";

export function StartPanel({
  recorder,
  snapshot,
  continueLectureId,
  onDetails,
  starting,
  onStart,
}: {
  recorder: LectureRecorder;
  snapshot: RecorderSnapshot;
  continueLectureId?: string;
  onDetails: (details: Details) => void;
  starting: boolean;
  onStart: () => void;
}) {
  const continued = useSessionQuery(
    api.lectures.get,
    continueLectureId ? { lectureId: continueLectureId } : "skip",
  );
  return (
    <>
      <StartHead
        isContinued={continueLectureId !== undefined}
        lead={
          continued && (
            <p className={styles.lead}>
              “{continued.title}” goes on where it ended; its notes are brought up to date.
            </p>
          )
        }
        starting={starting}
        onStart={onStart}
      />
      {!continueLectureId && (
        <DetailsFields
          initial={{ title: "", course: "" }}
          onSave={onDetails}
          titlePlaceholder="Taken from the lecture if left empty"
        />
      )}
      <MicrophoneSettings recorder={recorder} snapshot={snapshot} />
      <KeepOpenHint />
    </>
  );
}

/** Phones stop a page's microphone when the screen goes dark; who knows it keeps the lecture. */
export function KeepOpenHint() {
  return (
    <p className={styles.keepOpen}>
      On a phone, keep this page open and the screen on: phones stop the microphone of pages that
      nobody sees.
    </p>
  );
}
