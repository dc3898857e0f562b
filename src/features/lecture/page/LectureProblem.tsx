// Why the work on a lecture stands still, and the button that takes it up where it stopped.
import { useMutation } from "convex/react";
import { RotateCw } from "lucide-react";
import { api } from "../../../../convex/_generated/api.js";
import { useSessionQuery } from "../../../app/session.ts";
import { useTask } from "../../../app/useTask.ts";
import { Button } from "../../../ui/Button.tsx";
import { Notice } from "../../../ui/Notice.tsx";
import { formatWhen } from "../../library/dates.ts";
import { GETTING_READY } from "../../jobs/lectureStatus.ts";
import type { LectureDetails } from "../lecture.ts";
import { GettingReady } from "./GettingReady.tsx";

const titles = {
  failed: "The work on this lecture failed",
  paused: "The work on this lecture is paused",
  canceled: "You stopped the work on this lecture",
} as const;

export function LectureProblem({ lecture }: { lecture: LectureDetails }) {
  const { state, problem } = lecture;
  if (state === "paused" && problem?.code === GETTING_READY) {
    return <GettingReady message={problem.message} />;
  }
  if (state === "failed" || state === "paused" || state === "canceled") {
    return <Stopped lecture={lecture} state={state} />;
  }
  if (!lecture.warning) return null;
  return (
    <Notice tone="warning" title="Something is missing">
      <p>{lecture.warning}</p>
    </Notice>
  );
}

function Stopped({
  lecture,
  state,
}: {
  lecture: LectureDetails;
  state: "failed" | "paused" | "canceled";
}) {
  const retry = useMutation(api.lectures.retry);
  const job = useSessionQuery(api.jobs.get, { lectureId: lecture._id });
  const [isBusy, run] = useTask();
  return (
    <Notice
      tone={state === "failed" ? "danger" : state === "paused" ? "warning" : "info"}
      title={titles[state]}
      live
      actions={
        <Button
          variant={state === "canceled" ? "secondary" : "primary"}
          busy={isBusy}
          icon={<RotateCw size={17} aria-hidden="true" />}
          onClick={() =>
            void run(
              () => retry({ lectureId: lecture._id }),
              "It could not be started again. Is the server in reach?",
            )
          }
        >
          Retry
        </Button>
      }
    >
      <p>{lecture.problem?.message ?? "What is finished is kept. Retry goes on from there."}</p>
      {state === "paused" && job?.resumeAt !== undefined && (
        <p>It goes on by itself: {formatWhen(job.resumeAt, Date.now())}.</p>
      )}
      {lecture.warning && <p>{lecture.warning}</p>}
    </Notice>
  );
}
