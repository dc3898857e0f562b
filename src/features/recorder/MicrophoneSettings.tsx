// Which microphone, how loud it is, and what the browser does to its sound.
import { useId } from "react";
import type { MicrophoneChoice } from "../../recorder/capture/microphone.ts";
import type { LectureRecorder, RecorderSnapshot } from "../../recorder/lectureRecorder.ts";
import { Button } from "../../ui/Button.tsx";
import { Disclosure } from "../../ui/Disclosure.tsx";
import { Select } from "../../ui/Select.tsx";
import { LevelPicture } from "./LevelPicture.tsx";
import { rememberMicrophone } from "./microphoneMemory.ts";
import { useMicrophones } from "./useMicrophones.ts";
import styles from "./MicrophoneSettings.module.css";

export function MicrophoneSettings({
  recorder,
  snapshot,
}: {
  recorder: LectureRecorder;
  snapshot: RecorderSnapshot;
}) {
  const { microphone, microphoneLabel, status } = snapshot;
  const microphones = useMicrophones(microphoneLabel);
  const isOpen = microphoneLabel !== undefined;
  const isIdle = status === "idle" || status === "opening" || status === "listening";

  const change = (next: MicrophoneChoice) => {
    rememberMicrophone(next);
    if (status === "idle") recorder.chooseMicrophone(next);
    else void (isIdle ? recorder.listen(next) : recorder.changeMicrophone(next));
  };

  return (
    <div className={styles.settings}>
      <Select
        label="Microphone"
        value={microphone.deviceId ?? ""}
        onChange={(deviceId) => change({ ...microphone, deviceId: deviceId || undefined })}
        options={[
          { value: "", label: "The system’s default" },
          ...microphones
            .filter(({ deviceId }) => deviceId !== "default")
            .map(({ deviceId, label }) => ({ value: deviceId, label })),
        ]}
        hint={isOpen ? `Listening to: ${microphoneLabel}` : undefined}
      />
      {isIdle && (
        <div className={styles.check}>
          {status === "listening" ? (
            <>
              <LevelPicture levels={recorder.levels} active={false} height={44} />
              <Button onClick={() => recorder.stopListening()}>Stop checking</Button>
            </>
          ) : (
            <Button busy={status === "opening"} onClick={() => void recorder.listen()}>
              Check the microphone
            </Button>
          )}
        </div>
      )}
      <Disclosure label="Sound processing">
        <p className={styles.hint}>
          The first two are made for calls and take away a voice at the far end of a hall; leave
          them off for lectures.
        </p>
        <Toggle
          label="Echo cancellation"
          checked={microphone.echoCancellation}
          onChange={(echoCancellation) => change({ ...microphone, echoCancellation })}
        />
        <Toggle
          label="Noise suppression"
          checked={microphone.noiseSuppression}
          onChange={(noiseSuppression) => change({ ...microphone, noiseSuppression })}
        />
        <Toggle
          label="Automatic volume"
          checked={microphone.autoGainControl}
          onChange={(autoGainControl) => change({ ...microphone, autoGainControl })}
        />
      </Disclosure>
    </div>
  );
}

function Toggle({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className={styles.toggle}>
      <input
        id={id}
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id}>{label}</label>
    </div>
  );
}
