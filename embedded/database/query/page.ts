// One page of a query: how far it reads, where it ends, and when it asks to be split (CONVEX-RUNTIME 3.9).
import type { SourceDocument, Position } from "./source.ts";
import type { QueryPipeline } from "./operators.ts";
import type { QueryPageResult } from "../types.ts";

const LARGEST_COMFORTABLE_PAGE = 6144;
const COMFORTABLE_SHARE = 0.75;

export type PageLimits = {
  /** Documents to return; ignored when the page has a fixed end. */
  pageSize: number;
  /** True when the pipeline's source ends at an end cursor. */
  hasFixedEnd: boolean;
  /** Documents and bytes that may be read, kept or not. */
  maximumRowsRead: number;
  maximumBytesRead: number;
};
export type Page = {
  documents: SourceDocument[];
  /** Where reading stopped; null when the source was exhausted. */
  stoppedAt: Position | null;
  splitAt: Position | null;
  status: QueryPageResult["pageStatus"];
};

export function readPage(pipeline: QueryPipeline, limits: PageLimits): Page {
  const documents: SourceDocument[] = [];
  const positionsRead: Position[] = [];
  let bytesRead = 0;
  let isExhausted = false;
  let isCutShort = false;
  while (limits.hasFixedEnd || documents.length < limits.pageSize) {
    if (
      positionsRead.length >= limits.maximumRowsRead ||
      (positionsRead.length > 0 && bytesRead >= limits.maximumBytesRead)
    ) {
      isCutShort = true;
      break;
    }
    const step = pipeline.step();
    if (step.kind === "end") {
      isExhausted = true;
      break;
    }
    positionsRead.push(step.document.position);
    bytesRead += step.document.sizeBytes;
    if (step.kind === "kept") documents.push(step.document);
  }
  const rowsRead = positionsRead.length;
  const isUncomfortable =
    rowsRead > limits.maximumRowsRead * COMFORTABLE_SHARE ||
    bytesRead > limits.maximumBytesRead * COMFORTABLE_SHARE ||
    documents.length > LARGEST_COMFORTABLE_PAGE;
  return {
    documents,
    stoppedAt: isExhausted ? null : (positionsRead.at(-1) ?? null),
    splitAt: rowsRead > 2 ? (positionsRead[Math.floor((rowsRead - 1) / 2)] ?? null) : null,
    status: isCutShort ? "SplitRequired" : isUncomfortable ? "SplitRecommended" : null,
  };
}
