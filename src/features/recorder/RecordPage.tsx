// The recorder's page: one big button, and the truth about what is being kept.
import { useNavigate } from "@tanstack/react-router";
import { useConvex } from "convex/react";
import { useEffect, useRef, useState } from "react";
import { useConnection } from "../../app/useConnection.ts";
import { whyRecordingIsImpossible } from "../../recorder/capture/microphone.ts";
import type { LectureRecorder } from "../../recorder/lectureRecorder.ts";
import type { RecordingTarget } from "../../recorder/prepareRecording.ts";
import { ServerProblem } from "../../recorder/server.ts";
import { Notice } from "../../ui/Notice.tsx";
import { PageWidth } from "../../ui/PageWidth.tsx";
import { showToast } from "../../ui/toast.ts";
import { ownerOfNewLectures } from "../upload/accountId.ts";
import { deviceOutbox } from "../upload/deviceOutbox.ts";
import { useDeviceState } from "../upload/useDevice.ts";
import { continueTarget } from "./continueTarget.ts";
import type { Details } from "../details/DetailsFields.tsx";
import { ImpossibleNotice } from "./ImpossibleNotice.tsx";
import { InterruptedRecordings } from "./InterruptedRecordings.tsx";
import { Problems } from "./Problems.tsx";
import { isRunning } from "./recorderStore.ts";
import { RecordingPanel } from "./RecordingPanel.tsx";
import { StartHead, takeEarlyPress } from "./StartHead.tsx";
import { StartPanel } from "./StartPanel.tsx";
import { lectureIdSoon } from "../upload/lectureIdSoon.ts";
import { useRecorder } from "./useRecorder.ts";
import styles from "./RecordPage.module.css";

export function RecordPage({ continueLectureId }: { continueLectureId?: string }) {
  const impossible = whyRecordingIsImpossible();
  const view = useRecorder();
  // A press counts from the first sight of the button on, also while the recorder is still being fetched.
  const [isWanted, setWanted] = useState(false);
  useEffect(() => {
    if (takeEarlyPress()) setWanted(true);
  }, []);
  return (
    <PageWidth width="reading">
      {impossible ? (
        <ImpossibleNotice problem={impossible} />
      ) : view.kind === "unavailable" ? (
        <Notice tone="danger" title="This browser keeps nothing for this page" live>
          A recording would be lost with the page. Private windows and strict settings do that: open
          Lectern in a normal window, or bring an audio file instead. ({view.reason})
        </Notice>
      ) : view.kind === "loading" ? (
        <div className={styles.page}>
          <StartHead
            isContinued={continueLectureId !== undefined}
            starting={isWanted}
            onStart={() => setWanted(true)}
          />
        </div>
      ) : (
        <Recorder {...view} continueLectureId={continueLectureId} startsAtOnce={isWanted} />
      )}
    </PageWidth>
  );
}

function Recorder({
  recorder,
  snapshot,
  continueLectureId,
  startsAtOnce,
}: {
  recorder: LectureRecorder;
  snapshot: ReturnType<LectureRecorder["getSnapshot"]>;
  continueLectureId?: string;
  startsAtOnce: boolean;
}) {
  const convex = useConvex();
  const navigate = useNavigate();
  const device = useDeviceState();
  const connection = useConnection();
  const [details, setDetails] = useState<Details>({ title: "", course: "" });
  const [problem, setProblem] = useState<string>();
  const [starting, setStarting] = useState(false);

  const start = async (target: () => Promise<RecordingTarget>) => {
    setProblem(undefined);
    setStarting(true);
    try {
      // The microphone first: a refused one must not open a lecture that nothing is recorded into.
      if (!(await recorder.listen())) return;
      await recorder.start(await target());
    } catch (error) {
      recorder.stopListening();
      setProblem(
        error instanceof ServerProblem
          ? error.message
          : `The recording could not be begun (${error instanceof Error ? error.message : String(error)}).`,
      );
    } finally {
      setStarting(false);
    }
  };

  const startAsAsked = () =>
    start(async () => {
      const given = { title: details.title || undefined, course: details.course || undefined };
      if (continueLectureId) return continueTarget(convex, continueLectureId, {});
      return { kind: "new", ...given, ownerId: ownerOfNewLectures() };
    });

  useOnce(startsAtOnce && !isRunning(recorder), () => void startAsAsked());

  const stop = async () => {
    const stopped = await recorder.stop();
    if (!stopped?.kept) return;
    setDetails({ title: "", course: "" });
    const kept = await (await deviceOutbox()).lecture(stopped.clientKey);
    if (kept?.problem) {
      await navigate({ to: "/" });
      showToast("The recording is safe on this device. The server does not take it: decide here.");
      return;
    }
    const lectureId = await lectureIdSoon(stopped.clientKey, connection === "connected");
    if (lectureId) await navigate({ to: "/lecture/$lectureId", params: { lectureId } });
    else {
      await navigate({ to: "/" });
      showToast("The recording is safe on this device. It is sent when the server can be reached.");
    }
  };

  const problems = (
    <Problems snapshot={snapshot} onDismissNotice={() => recorder.dismissNotice()} />
  );
  if (isRunning(recorder)) {
    return (
      <RecordingPanel
        recorder={recorder}
        snapshot={snapshot}
        problems={problems}
        device={device.lectures.find(({ clientKey }) => clientKey === snapshot.lecture?.clientKey)}
        onStop={() => void stop()}
      />
    );
  }
  return (
    <div className={styles.page}>
      <InterruptedRecordings
        lectures={device.lectures}
        onContinue={({ clientKey }) =>
          void start(() => Promise.resolve({ kind: "interrupted", clientKey }))
        }
      />
      {problem !== undefined && (
        <Notice tone="danger" live>
          {problem}
        </Notice>
      )}
      {problems}
      <StartPanel
        recorder={recorder}
        snapshot={snapshot}
        continueLectureId={continueLectureId}
        onDetails={setDetails}
        starting={starting}
        onStart={() => void startAsAsked()}
      />
    </div>
  );
}

/** Does something at the first render, if it is to be done at all. */
function useOnce(isWanted: boolean, work: () => void): void {
  const isDone = useRef(false);
  useEffect(() => {
    if (isDone.current) return;
    isDone.current = true;
    if (isWanted) work();
    // Only how things stood at the first render counts.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
}
