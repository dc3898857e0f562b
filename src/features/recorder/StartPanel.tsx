// Before the recording: the big button, what will happen when it is pressed, and the choice of the microphone.
import { Mic } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../../../convex/_generated/api.js";
import { useSessionQuery } from "../../app/session.ts";
import type { LectureRecorder, RecorderSnapshot } from "../../recorder/lectureRecorder.ts";
import { DetailsFields, type Details } from "../details/DetailsFields.tsx";
import { MicrophoneSettings } from "./MicrophoneSettings.tsx";
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
  const permission = useMicrophonePermission();
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title}>
          {continueLectureId ? "Continue this lecture" : "Record a lecture"}
        </h1>
        {continued && (
          <p className={styles.lead}>
            “{continued.title}” goes on where it ended; its notes are brought up to date.
          </p>
        )}
      </header>
      <div className={styles.start}>
        <button
          type="button"
          className={styles.button}
          aria-disabled={starting || undefined}
          onClick={starting ? undefined : onStart}
        >
          <Mic size={40} aria-hidden="true" />
          <span>Start recording</span>
        </button>
        <p className={styles.reason} role="status">
          {starting && permission !== "granted"
            ? "Allow the microphone in your browser’s question."
            : permission === "granted"
              ? "Every second is kept on this device as it is spoken, with or without a network."
              : "Your browser will ask for the microphone. It is open only while you record or check it, and every second is kept on this device, with or without a network."}
        </p>
      </div>
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

function useMicrophonePermission(): PermissionState | undefined {
  const [state, setState] = useState<PermissionState>();
  useEffect(() => {
    let status: PermissionStatus | undefined;
    let current = true;
    // Older Safari and Firefox don't know this name; then the browser's question explains itself.
    navigator.permissions
      ?.query({ name: "microphone" })
      .then((found) => {
        if (!current) return;
        status = found;
        setState(found.state);
        found.onchange = () => setState(found.state);
      })
      .catch(() => undefined);
    return () => {
      current = false;
      if (status) status.onchange = null;
    };
  }, []);
  return state;
}
