// One file or text on its way: cut, sent and transcribed apart, its title and course, and what is wrong with it.
import { Link } from "@tanstack/react-router";
import { useConvex } from "convex/react";
import { X } from "lucide-react";
import { api } from "../../../convex/_generated/api.js";
import { formatDuration } from "../../../domain/time.ts";
import { errorMessage } from "../../app/errorMessage.ts";
import { useSessionQuery } from "../../app/session.ts";
import { buttonClass, IconButton } from "../../ui/Button.tsx";
import { Disclosure } from "../../ui/Disclosure.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { ProgressBar } from "../../ui/ProgressBar.tsx";
import { showToast } from "../../ui/toast.ts";
import { DetailsFields } from "../details/DetailsFields.tsx";
import { lectureStatus } from "../jobs/lectureStatus.ts";
import type { AddedRow } from "./addedRows.ts";
import { fileIntake } from "./intake.ts";
import { rowProgress } from "./rowProgress.ts";
import { saveDetails } from "./saveDetails.ts";
import { useUploadState } from "./useDevice.ts";
import styles from "./AddedFileRow.module.css";

export function AddedFileRow({ row, detailsOpen }: { row: AddedRow; detailsOpen: boolean }) {
  const { intake, device, lectureId, name } = row;
  const problem = intake?.problem ?? device?.problem;
  const isRefused = intake?.status === "failed" && !device;
  const durationMs = intake?.durationMs ?? device?.fileDurationMs;
  const remove = async () => {
    const files = await fileIntake();
    await files.remove(row.clientKey);
  };
  return (
    <li className={styles.row}>
      <div className={styles.head}>
        <h3 className={styles.name} dir="auto">
          {name}
        </h3>
        {durationMs !== undefined && (
          <span className={styles.length}>{formatDuration(durationMs)}</span>
        )}
        {intake && (intake.status !== "cut" || !lectureId) && (
          <IconButton
            label={isRefused ? `Take “${name}” off the list` : `Do not add “${name}”`}
            icon={<X size={18} />}
            onClick={() => void remove()}
          />
        )}
      </div>
      {problem && (
        <Notice tone="danger" live>
          {problem.message}
        </Notice>
      )}
      {!isRefused && <Progress row={row} />}
      {row.warnings.map((warning) => (
        <p key={warning} className={styles.warning}>
          {warning}
        </p>
      ))}
      {!isRefused && (device || lectureId) && <Details row={row} open={detailsOpen} />}
      {lectureId && (
        <Link to="/lecture/$lectureId" params={{ lectureId }} className={buttonClass()}>
          Open the lecture
        </Link>
      )}
    </li>
  );
}

function Progress({ row }: { row: AddedRow }) {
  const { sendingBytes } = useUploadState();
  const lecture = useSessionQuery(
    api.lectures.get,
    row.lectureId ? { lectureId: row.lectureId } : "skip",
  );
  const { intake, device } = row;
  if (intake?.status === "checking") {
    return <Bar name="Checking" label={`Checking ${row.name}`} />;
  }
  if (intake?.status === "needs_file" || (!intake && device?.state === "cut_in_part")) {
    return (
      <Notice tone="warning">
        This file was not brought in to its end, and the browser no longer has it. Choose it again
        above: it goes on where it stopped.
      </Notice>
    );
  }
  const progress = rowProgress({
    intake,
    device,
    sendingBytes: sendingBytes[row.clientKey] ?? 0,
    lecture: lecture ?? undefined,
  });
  return (
    <div className={styles.bars}>
      {progress.cut !== undefined && (
        <Bar
          name={intake?.status === "queued" ? "Waiting for its turn" : "Cut"}
          label={`${row.name}: cut`}
          value={progress.cut}
        />
      )}
      <Bar name="Sent" label={`${row.name}: sent`} value={progress.sent} />
      {progress.transcribed !== undefined && (
        <Bar name="Transcribed" label={`${row.name}: transcribed`} value={progress.transcribed} />
      )}
      {lecture && !device && (
        <p className={styles.state} role="status">
          {lectureStatus(lecture).label}
          {lecture.problem && `: ${lecture.problem.message}`}
        </p>
      )}
    </div>
  );
}

function Bar({ name, label, value }: { name: string; label: string; value?: number }) {
  return (
    <div className={styles.bar}>
      <span>{name}</span>
      <ProgressBar size="thin" label={label} value={value} />
      <span className="tabular">{value === undefined ? "" : `${Math.floor(value)} %`}</span>
    </div>
  );
}

function Details({ row, open }: { row: AddedRow; open: boolean }) {
  const convex = useConvex();
  const save = (details: { title: string; course: string }) => {
    saveDetails(convex, row, details).catch((error: unknown) =>
      showToast(errorMessage(error, "The title could not be changed. Please try again."), {
        tone: "danger",
      }),
    );
  };
  return (
    <Disclosure label="Title and course" open={open}>
      <DetailsFields
        initial={{ title: row.device?.title ?? "", course: row.device?.course ?? "" }}
        titlePlaceholder="Taken from the lecture if left empty"
        onSave={save}
      />
    </Disclosure>
  );
}
