// Every state and every transition, as tables: what is possible, and that nothing else is.

import { describe, expect, it } from "vitest";
import { CHUNK_TRANSITIONS, nextChunkState } from "./chunkState.ts";
import { JOB_TRANSITIONS, lectureStateOf, nextStatus, type JobTransition } from "./jobState.ts";
import type { ChunkState, JobStatus } from "./validators.ts";

const JOB_STATUSES: JobStatus[] = [
  ...(["receiving", "running", "paused", "completed", "failed", "canceled"] as const),
];

/** For each status, what a transition makes of it while pieces may come, and when all are in. */
const JOB_TABLE: Record<
  JobTransition,
  Partial<Record<JobStatus, { open?: JobStatus; complete?: JobStatus }>>
> = {
  finish: {
    receiving: { complete: "running" },
    running: { complete: "running" },
    paused: { complete: "paused" },
    failed: { complete: "failed" },
    canceled: { complete: "canceled" },
  },
  reopen: {
    receiving: { open: "receiving" },
    running: { open: "receiving" },
    paused: { open: "paused" },
    completed: { open: "receiving" },
    failed: { open: "receiving" },
    canceled: { open: "canceled" },
  },
  pause: {
    receiving: { open: "paused", complete: "paused" },
    running: { open: "paused", complete: "paused" },
  },
  resume: { paused: { open: "receiving", complete: "running" } },
  retry: {
    paused: { open: "receiving", complete: "running" },
    failed: { open: "receiving", complete: "running" },
    canceled: { open: "receiving", complete: "running" },
  },
  cancel: {
    receiving: { open: "canceled", complete: "canceled" },
    running: { open: "canceled", complete: "canceled" },
    paused: { open: "canceled", complete: "canceled" },
  },
  complete: { running: { open: "completed", complete: "completed" } },
  fail: {
    receiving: { open: "failed", complete: "failed" },
    running: { open: "failed", complete: "failed" },
    paused: { open: "failed", complete: "failed" },
  },
  mend: { completed: { complete: "running" } },
  regenerate: { completed: { complete: "running" } },
};

describe("a job", () => {
  const cases = JOB_TRANSITIONS.flatMap((transition) =>
    JOB_STATUSES.flatMap((status) =>
      (["open", "complete"] as const).map(
        (intake) =>
          [
            status,
            transition,
            intake,
            JOB_TABLE[transition][status]?.[intake] ?? "refused",
          ] as const,
      ),
    ),
  );

  it.each(cases)("that is %s, on %s with the intake %s: %s", (status, transition, intake, to) => {
    expect(nextStatus(status, transition, intake) ?? "refused").toBe(to);
  });

  it("reaches every status from receiving, and can always get to an end", () => {
    const reached = reachable("receiving");
    expect([...reached].toSorted()).toEqual(JOB_STATUSES.toSorted());
    for (const status of JOB_STATUSES) {
      const ends = [...reachable(status)].filter((each) => /completed|failed|canceled/u.test(each));
      expect(ends).not.toEqual([]);
    }
  });

  it("is shown as a state of its lecture, each as its own", () => {
    expect(new Set(JOB_STATUSES.map(lectureStateOf)).size).toBe(JOB_STATUSES.length);
  });
});

function reachable(from: JobStatus): Set<JobStatus> {
  const reached = new Set([from]);
  for (const status of reached) {
    for (const transition of JOB_TRANSITIONS) {
      for (const intake of ["open", "complete"] as const) {
        const next = nextStatus(status, transition, intake);
        if (next) reached.add(next);
      }
    }
  }
  return reached;
}

const CHUNK_TABLE: Record<ChunkState, Record<string, ChunkState>> = {
  ready: { claim: "leased", skip: "skipped" },
  leased: { release: "ready", transcribe: "transcribed", skip: "skipped", fail: "failed" },
  transcribed: {},
  skipped: { requeue: "ready" },
  failed: { requeue: "ready" },
};

describe("a piece", () => {
  // The keys of the table are the states by its type.
  const states = Object.keys(CHUNK_TABLE) as ChunkState[];
  const cases = states.flatMap((state) =>
    CHUNK_TRANSITIONS.map(
      (transition) => [state, transition, CHUNK_TABLE[state][transition] ?? "refused"] as const,
    ),
  );

  it.each(cases)("that is %s, on %s: %s", (state, transition, to) => {
    expect(nextChunkState(state, transition) ?? "refused").toBe(to);
  });

  it("that is transcribed never is anything else again", () => {
    for (const transition of CHUNK_TRANSITIONS) {
      expect(nextChunkState("transcribed", transition)).toBeUndefined();
    }
  });
});
