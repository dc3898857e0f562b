// What a job has used of paid services, and what that cost where the price is known.

import { transcriptionCostUsd, writingCostUsd } from "../ai/prices.ts";
import type { Doc } from "../_generated/dataModel.js";

type UsageFields = Pick<Doc<"jobs">, "usage" | "hasUnknownCost" | "engines">;

/** Models behind this address cost money, so a price that is not known must be said. */
const PAID_HOST = / at api\.openai\.com$/u;

export function withTranscription(
  job: UsageFields,
  engine: string,
  used: { audioSeconds: number; inputTokens?: number; outputTokens?: number },
): UsageFields {
  const cost = transcriptionCostUsd(engine, used.audioSeconds);
  const usage = {
    ...job.usage,
    audioSeconds: job.usage.audioSeconds + used.audioSeconds,
    inputTokens: job.usage.inputTokens + (used.inputTokens ?? 0),
    outputTokens: job.usage.outputTokens + (used.outputTokens ?? 0),
    calls: job.usage.calls + 1,
  };
  return {
    ...withCost(job, usage, engine, cost),
    engines: { ...job.engines, transcription: engine },
  };
}

export function withWriting(
  job: UsageFields,
  engine: string,
  used: { inputTokens: number; outputTokens: number; calls: number },
): UsageFields {
  const cost = used.calls > 0 ? writingCostUsd(engine, used) : 0;
  const usage = {
    ...job.usage,
    inputTokens: job.usage.inputTokens + used.inputTokens,
    outputTokens: job.usage.outputTokens + used.outputTokens,
    calls: job.usage.calls + used.calls,
  };
  return { ...withCost(job, usage, engine, cost), engines: { ...job.engines, notes: engine } };
}

function withCost(
  job: UsageFields,
  usage: Doc<"jobs">["usage"],
  engine: string,
  cost: number | undefined,
): Pick<UsageFields, "usage" | "hasUnknownCost"> {
  if (cost === undefined) {
    return { usage, hasUnknownCost: job.hasUnknownCost || PAID_HOST.test(engine) };
  }
  const known = job.usage.costUsd;
  const costUsd = known === undefined && cost === 0 ? undefined : (known ?? 0) + cost;
  return { usage: { ...usage, costUsd }, hasUnknownCost: job.hasUnknownCost };
}
