// Fetches a whole transcript for a file, page by page, and says how far it is.
import type { ConvexReactClient } from "convex/react";
import type { ExportedSegment } from "../../../../domain/exports/exportedLecture.ts";
import { api } from "../../../../convex/_generated/api.js";
import type { Id } from "../../../../convex/_generated/dataModel.js";

/** @param onProgress hears the share that has come, 0 to 1 */
export async function collectTranscript(
  convex: ConvexReactClient,
  lectureId: Id<"lectures">,
  chunkCount: number,
  onProgress: (share: number) => void,
): Promise<ExportedSegment[]> {
  const segments: ExportedSegment[] = [];
  for (let fromIndex: number | null = 0; fromIndex !== null;) {
    const page: { chunks: { segments: ExportedSegment[] }[]; nextIndex: number | null } =
      await convex.query(api.transcripts.exportText, { lectureId, fromIndex });
    for (const chunk of page.chunks) segments.push(...chunk.segments);
    fromIndex = page.nextIndex;
    onProgress(fromIndex === null ? 1 : fromIndex / Math.max(1, chunkCount));
  }
  return segments;
}
