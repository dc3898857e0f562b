// The pieces over time, asked for in parts: a query is sent again whole whenever one of its pieces moves, and while a job
// runs only the few pieces under way do.

/** As many pieces as one page of the picture shows. */
export const PAGE_SIZE = 200;
const PART_SIZE = 25;

/** What to ask jobs.chunkTimeline for; parts may overlap where indexes are missing. */
export function timelineParts(
  fromIndex: number,
  chunkCount: number,
): { fromIndex: number; limit: number }[] {
  const shown = Math.min(PAGE_SIZE, Math.max(1, chunkCount - fromIndex));
  return Array.from({ length: Math.ceil(shown / PART_SIZE) }, (_, part) => ({
    fromIndex: fromIndex + part * PART_SIZE,
    limit: PART_SIZE,
  }));
}
