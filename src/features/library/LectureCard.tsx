// One lecture in the library. The whole card is a link; while the job runs its height is the same as afterwards.
import { Link } from "@tanstack/react-router";
import type { FunctionReturnType } from "convex/server";
import { CircleAlert, CirclePause } from "lucide-react";
import { formatDuration } from "../../../domain/time.ts";
import type { api } from "../../../convex/_generated/api.js";
import { Chip } from "../../ui/Chip.tsx";
import { classNames } from "../../ui/classNames.ts";
import linkCard from "../../ui/linkCard.module.css";
import { ProgressBar } from "../../ui/ProgressBar.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { lectureStatus } from "../jobs/lectureStatus.ts";
import { formatWhen } from "./dates.ts";
import styles from "./LectureCard.module.css";

export type LectureSummary = FunctionReturnType<typeof api.lectures.list>["page"][number];

export function LectureCard({ lecture }: { lecture: LectureSummary }) {
  const status = lectureStatus(lecture);
  return (
    <li className={classNames(linkCard.card, styles.card)}>
      <div className={styles.text}>
        <h3 className={styles.title} dir="auto">
          <Link
            to="/lecture/$lectureId"
            params={{ lectureId: lecture._id }}
            className={linkCard.link}
          >
            {lecture.title}
          </Link>
        </h3>
        <p className={styles.meta}>
          {[
            lecture.course,
            unbroken(formatWhen(lecture.recordedAt, Date.now())),
            lecture.durationMs > 0 && unbroken(formatDuration(lecture.durationMs)),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      <Status lecture={lecture} status={status} />
    </li>
  );
}

/** "54 min" must not be torn apart at the end of a line. */
function unbroken(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}

function Status({
  lecture,
  status,
}: {
  lecture: LectureSummary;
  status: ReturnType<typeof lectureStatus>;
}) {
  if (status.isRunning) {
    return (
      <div className={styles.running}>
        <p className={styles.stage}>
          {lecture.state === "paused" && <CirclePause size={15} aria-hidden="true" />}
          <span>{status.label}</span>
          <span className="tabular">{lecture.progress} %</span>
        </p>
        <ProgressBar
          size="thin"
          label={`${lecture.title}: ${status.label}`}
          value={lecture.progress}
          tone={lecture.state === "paused" ? "warning" : "accent"}
        />
        {lecture.problem && <p className={styles.problem}>{lecture.problem.message}</p>}
      </div>
    );
  }
  if (lecture.state === "ready") return null;
  return (
    <div className={styles.ended}>
      <Chip
        tone={status.tone}
        icon={lecture.state === "failed" && <CircleAlert size={14} aria-hidden="true" />}
      >
        {status.label}
      </Chip>
      {lecture.problem && <p className={styles.problem}>{lecture.problem.message}</p>}
    </div>
  );
}

export function LectureCardSkeleton() {
  return (
    <li className={classNames(linkCard.card, styles.card)}>
      <div className={styles.text}>
        <Skeleton width="min(26rem, 80%)" height="1.35rem" />
        <span className={styles.skeletonMeta}>
          <Skeleton width="12rem" height="0.9rem" />
        </span>
      </div>
    </li>
  );
}
