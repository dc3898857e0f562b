// The picture of a job's chunks over time: which bars to draw where. Pure, so that it can be tested as a table.

/** What jobs.chunkTimeline gives. Times ending in At are ms since the epoch. */
export type TimelineChunk = {
  index: number;
  startMs: number;
  durationMs: number;
  state: "ready" | "leased" | "transcribed" | "skipped" | "failed";
  attempts: number;
  receivedAt: number;
  startedAt?: number;
  finishedAt?: number;
  error?: string;
};

export type BarKind = "waiting" | "running" | "done" | "retried" | "skipped" | "silent" | "failed";

/** A bar of a chunk's row. `from` and `length` are shares of the picture's width, 0 to 1. */
export type Bar = { kind: BarKind; from: number; length: number };

export type Row = { chunk: TimelineChunk; bars: Bar[] };

export type Picture = {
  startAt: number;
  spanMs: number;
  rows: Row[];
  ticks: { share: number; label: string }[];
};

/** Undefined when there is nothing to draw. */
export function chunkPicture(chunks: readonly TimelineChunk[], nowMs: number): Picture | undefined {
  if (chunks.length === 0) return undefined;
  const startAt = Math.min(...chunks.map((chunk) => chunk.receivedAt));
  const endAt = Math.max(...chunks.map((chunk) => chunk.finishedAt ?? nowMs));
  // A picture of nothing but instants still needs a width.
  const spanMs = Math.max(1_000, endAt - startAt);
  const bar = (kind: BarKind, fromAt: number, toAt: number): Bar => ({
    kind,
    from: share(fromAt - startAt, spanMs),
    length: share(toAt - fromAt, spanMs),
  });
  const rows = chunks.map((chunk) => {
    // A chunk that waits again after a failed try has its old start; what counts is that it waits.
    const startedAt = chunk.state === "ready" ? undefined : chunk.startedAt;
    const bars = [bar("waiting", chunk.receivedAt, startedAt ?? chunk.finishedAt ?? nowMs)];
    if (startedAt !== undefined) {
      bars.push(bar(kindOf(chunk), startedAt, chunk.finishedAt ?? nowMs));
    } else if (chunk.finishedAt !== undefined) {
      // Never ran: captions come with their text.
      bars.push(bar(kindOf(chunk), chunk.finishedAt, chunk.finishedAt));
    }
    return { chunk, bars };
  });
  return { startAt, spanMs, rows, ticks: ticksOf(spanMs) };
}

/** What a chunk's own bar is called and coloured. */
export function kindOf(chunk: Pick<TimelineChunk, "state" | "attempts">): BarKind {
  switch (chunk.state) {
    case "ready":
      return "waiting";
    case "leased":
      return "running";
    case "transcribed":
      return chunk.attempts > 1 ? "retried" : "done";
    case "skipped":
      // Without a call: the device measured that there was no sound at all.
      return chunk.attempts === 0 ? "silent" : "skipped";
    case "failed":
      return "failed";
    default:
      return chunk.state satisfies never;
  }
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS: [ms: number, unit: number, name: string][] = [
  [SECOND, SECOND, "s"],
  [2 * SECOND, SECOND, "s"],
  [5 * SECOND, SECOND, "s"],
  [10 * SECOND, SECOND, "s"],
  [30 * SECOND, SECOND, "s"],
  [MINUTE, MINUTE, "min"],
  [2 * MINUTE, MINUTE, "min"],
  [5 * MINUTE, MINUTE, "min"],
  [10 * MINUTE, MINUTE, "min"],
  [30 * MINUTE, MINUTE, "min"],
  [HOUR, HOUR, "h"],
  [2 * HOUR, HOUR, "h"],
  [6 * HOUR, HOUR, "h"],
  [12 * HOUR, HOUR, "h"],
  [24 * HOUR, HOUR, "h"],
];

/** Three or four round moments along the width, counted from the start. */
function ticksOf(spanMs: number): Picture["ticks"] {
  const step = STEPS.find(([ms]) => spanMs / ms <= 4.5) ?? ([spanMs / 3, HOUR, "h"] as const);
  const [stepMs, unit, name] = step;
  const ticks: Picture["ticks"] = [];
  for (let ms = 0; ms <= spanMs * 0.97; ms += stepMs) {
    ticks.push({ share: ms / spanMs, label: `${Math.round(ms / unit)} ${name}` });
  }
  return ticks;
}

function share(ms: number, spanMs: number): number {
  return Math.min(1, Math.max(0, ms / spanMs));
}
