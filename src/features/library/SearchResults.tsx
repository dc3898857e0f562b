// What the search found, with the words around it; a hit in a transcript leads to its moment.
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { formatClock } from "../../../domain/time.ts";
import { api } from "../../../convex/_generated/api.js";
import { useSessionQuery } from "../../app/session.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ProgressBar } from "../../ui/ProgressBar.tsx";
import { highlightParts } from "./highlightParts.ts";
import styles from "./SearchResults.module.css";

const whereWords = { title: "Title", transcript: "Said", notes: "Notes" } as const;

export function SearchResults({ text }: { text: string }) {
  // While someone types, one question after the pause instead of one for each letter.
  const query = useSettled(text, 250);
  const hits = useSessionQuery(api.lectures.search, { query });
  const found = query === text ? hits : undefined;

  return (
    <section aria-label="Search results" className={styles.results} aria-busy={found === undefined}>
      <div className={styles.progress}>
        {found === undefined && <ProgressBar size="thin" label="Searching" />}
      </div>
      <p className="visually-hidden" role="status">
        {found && (found.length === 1 ? "1 place found" : `${found.length} places found`)}
      </p>
      {found?.length === 0 && (
        <EmptyState title={`Nothing found for “${text}”`}>
          <p>Titles, transcripts and notes were searched. Try fewer or other words.</p>
        </EmptyState>
      )}
      <ul className={styles.list}>
        {hits?.map((hit, place) => (
          <li key={`${hit.lectureId}-${hit.where}-${hit.startMs ?? place}`} className={styles.hit}>
            <Link
              to="/lecture/$lectureId"
              params={{ lectureId: hit.lectureId }}
              search={hit.startMs === undefined ? {} : { t: Math.floor(hit.startMs / 1000) }}
              className={styles.link}
            >
              <span className={styles.title} dir="auto">
                {hit.title}
              </span>
              <span className={styles.where}>
                {whereWords[hit.where]}
                {hit.startMs !== undefined && ` at ${formatClock(hit.startMs)}`}
              </span>
              {hit.where !== "title" && (
                <span className={styles.snippet} dir="auto">
                  {highlightParts(hit.snippet, query).map((part, index) =>
                    part.isMatch ? <mark key={index}>{part.text}</mark> : part.text,
                  )}
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** `value`, once it has not changed for `pauseMs`. */
function useSettled(value: string, pauseMs: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value, pauseMs]);
  return settled;
}
