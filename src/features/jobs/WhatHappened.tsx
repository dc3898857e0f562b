// What happened to a lecture, in plain words for its owner: story, figures, a picture of the chunks, events.
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel.js";
import { useSessionQuery } from "../../app/session.ts";
import { SkeletonText } from "../../ui/Skeleton.tsx";
import { ChunkTimeline } from "./ChunkTimeline.tsx";
import { JobEvents } from "./JobEvents.tsx";
import { JobFigures } from "./JobFigures.tsx";
import { jobStory } from "./jobStory.ts";
import { useNow } from "./useNow.ts";
import styles from "./WhatHappened.module.css";

export function WhatHappened({ lectureId }: { lectureId: Id<"lectures"> }) {
  const job = useSessionQuery(api.jobs.get, { lectureId });
  const isOpen = job?.status === "receiving" || job?.status === "running";
  const nowMs = useNow(isOpen ? 1_000 : undefined);

  if (job === undefined) return <SkeletonText lines={5} />;
  if (job === null)
    return <p className={styles.faint}>Nothing is known about the work any more.</p>;
  return (
    <div className={styles.story}>
      <p className={styles.lead}>{jobStory(job, nowMs)}</p>
      <JobFigures job={job} />
      <ChunkTimeline lectureId={lectureId} chunkCount={job.counts.chunks} nowMs={nowMs} />
      <JobEvents lectureId={lectureId} />
    </div>
  );
}
