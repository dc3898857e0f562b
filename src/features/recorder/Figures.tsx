// How much is on this device, how much has been sent, how far it is transcribed.
import { formatClock } from "../../../domain/time.ts";
import { api } from "../../../convex/_generated/api.js";
import { useSessionQuery } from "../../app/session.ts";
import type { DeviceLecture } from "../upload/deviceLecture.ts";
import { formatBytes } from "../upload/formatBytes.ts";
import { useUploadState } from "../upload/useDevice.ts";
import styles from "./Figures.module.css";

export function Figures({ lecture }: { lecture: DeviceLecture | undefined }) {
  const { sendingBytes, status } = useUploadState();
  const totalBytes = lecture?.totalBytes ?? 0;
  const sentBytes = lecture
    ? Math.min(totalBytes, lecture.confirmedBytes + (sendingBytes[lecture.clientKey] ?? 0))
    : 0;
  return (
    <dl className={styles.figures}>
      <Figure
        name="On this device"
        value={formatBytes(totalBytes - (lecture?.confirmedBytes ?? 0))}
      />
      <Figure
        name="Sent"
        value={formatBytes(sentBytes)}
        note={status === "waiting" || status === "signed_out" ? "waiting" : undefined}
      />
      {lecture?.lectureId ? (
        <Transcribed lecture={lecture} lectureId={lecture.lectureId} />
      ) : (
        <Figure name="Transcribed" value="0:00" />
      )}
    </dl>
  );
}

function Transcribed({ lecture, lectureId }: { lecture: DeviceLecture; lectureId: string }) {
  const details = useSessionQuery(api.lectures.get, { lectureId });
  const lastIndex = (details?.transcriptChunkCount ?? 0) - 1;
  const endMs = lecture.pieceEndsMs.get(lastIndex) ?? 0;
  return <Figure name="Transcribed" value={formatClock(endMs)} />;
}

function Figure({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div className={styles.figure}>
      <dt>{name}</dt>
      <dd className="tabular">
        {value}
        {note && <span className={styles.note}> {note}</span>}
      </dd>
    </div>
  );
}
