// One page of the pieces over time, live, put together from its parts.
import { useQueries } from "convex/react";
import { useMemo } from "react";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel.js";
import { useSession } from "../../app/session.ts";
import type { TimelineChunk } from "./chunkPicture.ts";
import { timelineParts } from "./timelineParts.ts";

/** Undefined until there is a part. */
export function useTimeline(
  lectureId: Id<"lectures">,
  fromIndex: number,
  chunkCount: number,
): TimelineChunk[] | undefined {
  const { status } = useSession();
  const queries = useMemo(() => {
    const parts = status === "ready" ? timelineParts(fromIndex, chunkCount) : [];
    const query = api.jobs.chunkTimeline;
    return Object.fromEntries(
      parts.map((part) => [`${part.fromIndex}`, { query, args: { lectureId, ...part } }]),
    );
  }, [lectureId, fromIndex, chunkCount, status]);
  // useQueries knows neither which query a key stands for nor its type.
  const results = Object.values(useQueries(queries)) as (TimelineChunk[] | Error | undefined)[];
  const byIndex = new Map<number, TimelineChunk>();
  for (const part of results) {
    // A further part, of pieces that have just come, leaves what is shown as it is until it is there.
    if (part === undefined) continue;
    if (part instanceof Error) throw part;
    for (const chunk of part) byIndex.set(chunk.index, chunk);
  }
  if (results.every((part) => part === undefined)) return undefined;
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}
