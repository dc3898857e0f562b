// The most documents that one run of each query and mutation may read and write, whatever the size of the lecture, the
// library or the deployment. A function that is new must be entered here, or convex/pipeline/budgets.test.ts fails.
import type { Costs } from "./instrument.ts";

type Budget = { reads: number; writes: number };

/**
 * Pages, ranges and brooms read their own length; what is changed counts as read, too. The dispatcher takes up to twelve
 * steps, each with a look at the lanes of a lecture and at the places among the calls.
 */
export const BUDGETS: Record<string, Budget> = {
  "account:engines": { reads: 0, writes: 0 },
  "account:finishTransfer": { reads: 204, writes: 101 },
  "account:me": { reads: 1, writes: 0 },
  "account:remove": { reads: 220, writes: 100 },
  "account:startTransfer": { reads: 11, writes: 11 },
  "auth:isAuthenticated": { reads: 1, writes: 0 },
  "jobs:cancel": { reads: 30, writes: 16 },
  "jobs:chunkTimeline": { reads: 201, writes: 0 },
  "jobs:events": { reads: 51, writes: 0 },
  "jobs:get": { reads: 3, writes: 0 },
  "jobs:inspect": { reads: 820, writes: 0 },
  "jobs:requeue": { reads: 12, writes: 6 },
  "jobs:sweep": { reads: 0, writes: 0 },
  "lectures:addMark": { reads: 4, writes: 2 },
  "lectures:cancel": { reads: 3, writes: 0 },
  "lectures:continueRecording": { reads: 10, writes: 6 },
  "lectures:create": { reads: 2, writes: 5 },
  "lectures:get": { reads: 3, writes: 0 },
  "lectures:list": { reads: 50, writes: 0 },
  "lectures:marks": { reads: 500, writes: 0 },
  "lectures:remove": { reads: 12, writes: 6 },
  "lectures:removeMark": { reads: 6, writes: 2 },
  "lectures:retry": { reads: 20, writes: 10 },
  "lectures:search": { reads: 60, writes: 0 },
  "lectures:updateDetails": { reads: 4, writes: 1 },
  "notes:drafts": { reads: 302, writes: 0 },
  "notes:editPart": { reads: 6, writes: 4 },
  "notes:get": { reads: 2, writes: 0 },
  "notes:regenerate": { reads: 312, writes: 310 },
  "notes:restore": { reads: 8, writes: 4 },
  "notes:versions": { reads: 51, writes: 0 },
  "pipeline/dispatch:run": { reads: 120, writes: 48 },
  "pipeline/remove:account": { reads: 300, writes: 120 },
  "pipeline/remove:step": { reads: 900, writes: 500 },
  "pipeline/requeue:step": { reads: 410, writes: 210 },
  "pipeline/resume:run": { reads: 8, writes: 4 },
  "pipeline/sweep:abandoned": { reads: 260, writes: 140 },
  "pipeline/sweep:begin": { reads: 0, writes: 0 },
  "pipeline/sweep:drafts": { reads: 306, writes: 306 },
  "pipeline/sweep:files": { reads: 201, writes: 100 },
  "pipeline/sweep:histories": { reads: 802, writes: 400 },
  "pipeline/sweep:jobs": { reads: 140, writes: 20 },
  "pipeline/sweep:slots": { reads: 64, writes: 8 },
  "pipeline/sweep:transfers": { reads: 200, writes: 100 },
  "pipeline/transcribe:fail": { reads: 14, writes: 8 },
  "pipeline/transcribe:save": { reads: 14, writes: 8 },
  "pipeline/transfer:lectures": { reads: 200, writes: 100 },
  "pipeline/transfer:texts": { reads: 204, writes: 101 },
  "pipeline/waited:chunk": { reads: 2, writes: 1 },
  "pipeline/waited:writing": { reads: 6, writes: 1 },
  "pipeline/watch:chunk": { reads: 2, writes: 0 },
  "pipeline/watch:writing": { reads: 2, writes: 0 },
  "pipeline/write:fail": { reads: 5, writes: 5 },
  "pipeline/write:finish": { reads: 90, writes: 7 },
  "pipeline/write:saveDraft": { reads: 8, writes: 6 },
  "pipeline/write:saveNothing": { reads: 8, writes: 2 },
  "pipeline/writingInput:chunks": { reads: 16, writes: 0 },
  "pipeline/writingInput:drafts": { reads: 20, writes: 0 },
  "pipeline/writingInput:marks": { reads: 50, writes: 0 },
  "pipeline/writingInput:stand": { reads: 6, writes: 0 },
  "shares:create": { reads: 2, writes: 1 },
  "shares:get": { reads: 2, writes: 0 },
  "shares:lecture": { reads: 3, writes: 0 },
  "shares:revoke": { reads: 3, writes: 1 },
  "transcripts:audio": { reads: 101, writes: 0 },
  "transcripts:editSegment": { reads: 6, writes: 2 },
  "transcripts:exportText": { reads: 17, writes: 0 },
  "transcripts:range": { reads: 17, writes: 0 },
  "uploads:addChunk": { reads: 9, writes: 4 },
  "uploads:addTranscriptChunks": { reads: 20, writes: 18 },
  "uploads:finish": { reads: 8, writes: 4 },
  "uploads:generateUploadUrl": { reads: 1, writes: 0 },
  "uploads:missing": { reads: 101, writes: 0 },
};

/** Mutations of the library that signs people in. */
export const NOT_OURS = new Set(["auth:store"]);

/** A query whose answer is read again at each change must be small in bytes, too. */
const MAX_BYTES_READ = 1024 * 1024;

/** What ran over its budget, a line each. */
export function overBudget(costs: readonly Costs[]): string[] {
  const lines = costs.flatMap(({ name, documentsRead, documentsWritten, bytesRead }) => {
    if (NOT_OURS.has(name)) return [];
    const budget = BUDGETS[name] ?? { reads: 0, writes: 0 };
    return [
      ...(documentsRead > budget.reads ? [`${name} read ${documentsRead} documents`] : []),
      ...(documentsWritten > budget.writes ? [`${name} wrote ${documentsWritten} documents`] : []),
      ...(bytesRead > MAX_BYTES_READ ? [`${name} read ${bytesRead} bytes`] : []),
    ];
  });
  return [...new Set(lines)].toSorted();
}
