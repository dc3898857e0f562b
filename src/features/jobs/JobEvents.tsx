// What was noted about a job, newest first, a page at a time.
import { usePaginatedQuery } from "convex/react";
import { formatDuration } from "../../../domain/time.ts";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel.js";
import { useSession } from "../../app/session.ts";
import { Button } from "../../ui/Button.tsx";
import { SkeletonText } from "../../ui/Skeleton.tsx";
import styles from "./WhatHappened.module.css";

const PAGE_SIZE = 20;

export function JobEvents({ lectureId }: { lectureId: Id<"lectures"> }) {
  const { status } = useSession();
  const events = usePaginatedQuery(api.jobs.events, status === "ready" ? { lectureId } : "skip", {
    initialNumItems: PAGE_SIZE,
  });
  return (
    <section aria-label="Events">
      <h2 className={styles.heading}>Step by step</h2>
      {events.status === "LoadingFirstPage" ? (
        <SkeletonText lines={4} />
      ) : (
        <ol className={styles.events}>
          {events.results.map((event) => (
            <li key={event._id} className={styles.event}>
              <time dateTime={new Date(event.at).toISOString()} className={styles.eventTime}>
                {clockOf(event.at)}
              </time>
              <p>
                {event.detail}
                {saysMore(event) && (
                  <span className={styles.faint}> ({formatDuration(event.durationMs)})</span>
                )}
              </p>
            </li>
          ))}
        </ol>
      )}
      {(events.status === "CanLoadMore" || events.status === "LoadingMore") && (
        <Button
          variant="quiet"
          busy={events.status === "LoadingMore"}
          onClick={() => events.loadMore(PAGE_SIZE)}
        >
          Show earlier steps
        </Button>
      )}
    </section>
  );
}

/** The time of day to the second; the date too when it was another day. */
function clockOf(timeMs: number): string {
  const isToday = new Date(timeMs).toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(undefined, {
    ...(!isToday && { day: "numeric", month: "short" }),
    hour: "numeric",
    minute: "2-digit",
    second: "2-digit",
  }).format(timeMs);
}

/** Whether the time that something took is worth a word, and not said already. */
function saysMore(event: {
  detail: string;
  durationMs?: number;
}): event is { detail: string; durationMs: number } {
  const isLong = event.durationMs !== undefined && event.durationMs >= 1_000;
  return isLong && !/\bin [\d.]+ (s|min)\b/.test(event.detail);
}
