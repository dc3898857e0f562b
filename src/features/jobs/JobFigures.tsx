// A job's figures: pieces, engines, usage, cost.
import type { ReactNode } from "react";
import { formatDuration } from "../../../domain/time.ts";
import { costInWords, piecesInWords, type StoryJob } from "./jobStory.ts";
import styles from "./WhatHappened.module.css";

export function JobFigures({
  job,
}: {
  job: StoryJob & { engines: { transcription?: string; notes?: string } };
}) {
  const { counts, usage, engines } = job;
  const cost = costInWords(usage.costUsd);
  return (
    <dl className={styles.figures}>
      <Figure name="Pieces">{piecesInWords(counts)}</Figure>
      {counts.windows > 0 && (
        <Figure name="Parts of the notes">
          {counts.windowsWritten} of {counts.windows} written
        </Figure>
      )}
      {engines.transcription && <Figure name="Speech to text">{engines.transcription}</Figure>}
      {engines.notes && <Figure name="Notes">{engines.notes}</Figure>}
      {usage.audioSeconds > 0 && (
        <Figure name="Audio listened to">{formatDuration(usage.audioSeconds * 1000)}</Figure>
      )}
      {usage.inputTokens + usage.outputTokens > 0 && (
        <Figure name="Tokens">
          {usage.inputTokens.toLocaleString()} read, {usage.outputTokens.toLocaleString()} written
        </Figure>
      )}
      {usage.calls > 0 && <Figure name="Requests">{usage.calls.toLocaleString()}</Figure>}
      {usage.calls > 0 && (
        <Figure name="Cost">{cost ?? "no price is known for these models"}</Figure>
      )}
    </dl>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.figure}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
