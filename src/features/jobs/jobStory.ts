// A job's story in sentences and figures, for the person whose lecture it is.
import { formatDuration } from "../../../domain/time.ts";
import { formatWhen } from "../library/dates.ts";

/** What jobs.get gives, as far as the story needs it. Times are ms since the epoch. */
export type StoryJob = {
  status: "receiving" | "running" | "paused" | "completed" | "failed" | "canceled";
  attempt: number;
  createdAt: number;
  startedAt?: number;
  finishedAt?: number;
  resumeAt?: number;
  error?: { message: string };
  counts: {
    chunks: number;
    transcribed: number;
    skipped: number;
    failed: number;
    windows: number;
    windowsWritten: number;
  };
  usage: {
    audioSeconds: number;
    inputTokens: number;
    outputTokens: number;
    calls: number;
    costUsd?: number;
  };
};

/** One or two sentences: where the job stands, and since when. */
export function jobStory(job: StoryJob, nowMs: number, locale?: string): string {
  const when = (timeMs: number) => lowerFirst(formatWhen(timeMs, nowMs, locale));
  const began = job.startedAt ?? job.createdAt;
  const again = job.attempt > 1 ? ` It was taken up again ${times(job.attempt - 1)}.` : "";
  switch (job.status) {
    case "receiving":
      return `The lecture has been arriving since ${when(job.createdAt)}. What is here is worked on already.${again}`;
    case "running":
      return `The work began ${when(began)} and has taken ${formatDuration(nowMs - began)} so far.${again}`;
    case "paused":
      return job.resumeAt === undefined
        ? `The work waits for you.${again}`
        : `The work waits and goes on by itself ${when(job.resumeAt)}.${again}`;
    case "completed": {
      const end = job.finishedAt ?? began;
      return `Everything was done ${when(end)}, ${formatDuration(end - began)} after the work began.${again}`;
    }
    case "failed":
      return `The work stopped ${when(job.finishedAt ?? began)}. What was finished by then is kept.${again}`;
    case "canceled":
      return `You stopped the work ${when(job.finishedAt ?? began)}. What was finished by then is kept.${again}`;
    default:
      return job.status satisfies never;
  }
}

/** "18: 17 transcribed, 1 without speech", or "all 18 transcribed". */
export function piecesInWords({
  chunks,
  transcribed,
  skipped,
  failed,
}: StoryJob["counts"]): string {
  if (chunks === 0) return "none yet";
  const counted: [count: number, words: string][] = [
    [transcribed, "transcribed"],
    [skipped, "without speech"],
    [failed, "failed"],
    [chunks - transcribed - skipped - failed, "to come"],
  ];
  const parts = counted.filter(([count]) => count > 0);
  const [only] = parts;
  if (only && parts.length === 1 && chunks > 1) return `all ${chunks} ${only[1]}`;
  const list = parts.map(([count, words]) => `${count} ${words}`).join(", ");
  return parts.length === 1 ? list : `${chunks}: ${list}`;
}

/** "$0.31", "less than a cent", "nothing", or undefined where no price is known. */
export function costInWords(costUsd: number | undefined): string | undefined {
  if (costUsd === undefined) return undefined;
  if (costUsd === 0) return "nothing";
  if (costUsd < 0.01) return "less than a cent (USD)";
  return `$${costUsd.toFixed(2)}`;
}

function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count} times`;
}

/** "Today, 14:05" inside of a sentence. */
function lowerFirst(when: string): string {
  return /^(Today|Yesterday)/.test(when) ? when[0]!.toLowerCase() + when.slice(1) : when;
}
