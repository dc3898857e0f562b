// The pieces of a lecture over time, as a picture and, for those who can't see it, as a table.
import { useState } from "react";
import { formatClock, formatDuration } from "../../../domain/time.ts";
import type { Id } from "../../../convex/_generated/dataModel.js";
import { Button } from "../../ui/Button.tsx";
import { SkeletonText } from "../../ui/Skeleton.tsx";
import { chunkPicture, kindOf, type BarKind, type Picture, type Row } from "./chunkPicture.ts";
import { PAGE_SIZE } from "./timelineParts.ts";
import { useTimeline } from "./useTimeline.ts";
import styles from "./ChunkTimeline.module.css";

const kindWords: Record<BarKind, string> = {
  waiting: "Waiting",
  running: "Being transcribed",
  done: "Done",
  retried: "Done, not at the first try",
  skipped: "No speech",
  silent: "Skipped: no sound",
  failed: "Failed",
};

export function ChunkTimeline({
  lectureId,
  chunkCount,
  nowMs,
}: {
  lectureId: Id<"lectures">;
  chunkCount: number;
  nowMs: number;
}) {
  const [fromIndex, setFromIndex] = useState(0);
  const chunks = useTimeline(lectureId, fromIndex, chunkCount);
  const picture = chunks && chunkPicture(chunks, nowMs);
  const isPaged = chunkCount > PAGE_SIZE;

  if (chunks?.length === 0 && fromIndex === 0) return null;
  return (
    <section aria-label="Pieces over time">
      <h2 className={styles.heading}>The pieces over time</h2>
      {picture ? (
        <>
          <Legend picture={picture} />
          <Drawing picture={picture} />
          <details className={styles.details}>
            <summary>The same as a table</summary>
            <Table rows={picture.rows} />
          </details>
        </>
      ) : (
        <SkeletonText lines={4} />
      )}
      {isPaged && (
        <div className={styles.pages}>
          <Button
            variant="quiet"
            disabled={fromIndex === 0}
            onClick={() => setFromIndex(fromIndex - PAGE_SIZE)}
          >
            Earlier pieces
          </Button>
          <span>
            {fromIndex + 1} to {Math.min(chunkCount, fromIndex + PAGE_SIZE)} of {chunkCount}
          </span>
          <Button
            variant="quiet"
            disabled={fromIndex + PAGE_SIZE >= chunkCount}
            onClick={() => setFromIndex(fromIndex + PAGE_SIZE)}
          >
            Later pieces
          </Button>
        </div>
      )}
    </section>
  );
}

/** Only the kinds that are to be seen. */
function Legend({ picture }: { picture: Picture }) {
  const seen = new Set(picture.rows.flatMap((row) => row.bars.map((bar) => bar.kind)));
  return (
    <ul className={styles.legend}>
      {(Object.keys(kindWords) as BarKind[]) // The record's keys are the kinds.
        .filter((kind) => seen.has(kind))
        .map((kind) => (
          <li key={kind}>
            <span className={styles.swatch} data-kind={kind} aria-hidden="true" />
            {kindWords[kind]}
          </li>
        ))}
    </ul>
  );
}

function Drawing({ picture }: { picture: Picture }) {
  const { rows, ticks } = picture;
  const pitch = rows.length <= 30 ? 12 : rows.length <= 90 ? 7 : 4;
  const thickness = pitch - (pitch > 6 ? 3 : 1);
  const height = rows.length * pitch;
  return (
    <div className={styles.drawing}>
      <svg
        role="img"
        aria-label={`${rows.length} pieces over ${formatDuration(picture.spanMs)}; the table below says the same.`}
        width="100%"
        height={height}
      >
        {ticks.map((tick) => (
          <line
            key={tick.share}
            className={styles.tick}
            x1={percent(tick.share)}
            x2={percent(tick.share)}
            y1={0}
            y2={height}
          />
        ))}
        {rows.map(({ chunk, bars }, row) => (
          <g key={chunk.index}>
            <title>{`Piece ${chunk.index + 1}, ${kindWords[kindOf(chunk)].toLowerCase()}`}</title>
            {bars.map((bar, place) => (
              <rect
                key={place}
                className={styles.bar}
                data-kind={bar.kind}
                x={percent(bar.from)}
                y={row * pitch + 1}
                // What is done in an instant still has to be seen.
                width={`max(${percent(bar.length)}, ${bar.kind === "waiting" ? 0 : 3}px)`}
                height={thickness}
                rx={Math.min(3, thickness / 2)}
              />
            ))}
          </g>
        ))}
      </svg>
      <div className={styles.axis} aria-hidden="true">
        {ticks.map((tick) => (
          <span key={tick.share} style={{ left: percent(tick.share) }}>
            {tick.label}
          </span>
        ))}
      </div>
    </div>
  );
}

function Table({ rows }: { rows: Row[] }) {
  return (
    <div className={styles.tablePlace} tabIndex={0} role="group" aria-label="Pieces">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Piece</th>
            <th scope="col">Of the lecture</th>
            <th scope="col">State</th>
            <th scope="col">Waited</th>
            <th scope="col">Took</th>
            <th scope="col">Tries</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ chunk }) => (
            <tr key={chunk.index}>
              <th scope="row">{chunk.index + 1}</th>
              <td>
                {formatClock(chunk.startMs)} – {formatClock(chunk.startMs + chunk.durationMs)}
              </td>
              <td>
                {kindWords[kindOf(chunk)]}
                {chunk.error && `: ${chunk.error}`}
              </td>
              <td>{spanInWords(chunk.receivedAt, chunk.startedAt)}</td>
              <td>{spanInWords(chunk.startedAt, chunk.finishedAt)}</td>
              <td>{chunk.attempts}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function spanInWords(fromAt: number | undefined, toAt: number | undefined): string {
  return fromAt === undefined || toAt === undefined ? "–" : formatDuration(toAt - fromAt);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
