// Notes that somebody shared by a link: to read and to print, without an account.
import { useQuery } from "convex/react";
import { Printer } from "lucide-react";
import { useEffect } from "react";
import { formatDuration } from "../../../domain/time.ts";
import { api } from "../../../convex/_generated/api.js";
import { useConnection } from "../../app/useConnection.ts";
import { usePageTitle } from "../../app/usePageTitle.ts";
import { Button } from "../../ui/Button.tsx";
import { classNames } from "../../ui/classNames.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { PageWidth } from "../../ui/PageWidth.tsx";
import { Skeleton, SkeletonText } from "../../ui/Skeleton.tsx";
import { LectureName, LectureOrigin } from "../lecture/LectureName.tsx";
import { NotesBody } from "../lecture/notes/NotesBody.tsx";
import { formatWhen } from "../library/dates.ts";
import styles from "./SharedLecture.module.css";

export function SharedLecture({ token }: { token: string }) {
  const lecture = useQuery(api.shares.lecture, { token });
  const connection = useConnection();
  usePageTitle(lecture === undefined ? "Shared notes" : (lecture?.title ?? "Not found"));
  useUnlisted();

  if (lecture === null) {
    return (
      <EmptyState headingLevel={1} title="This link leads nowhere">
        <p>
          Its owner may have stopped sharing these notes, or a part of the link was lost on the way.
        </p>
      </EmptyState>
    );
  }
  if (lecture === undefined) {
    if (connection === "offline" || connection === "unreachable") {
      return (
        <EmptyState headingLevel={1} title="These notes are out of reach">
          <p>There is no way to the server at the moment. They appear as soon as there is one.</p>
        </EmptyState>
      );
    }
    return (
      <PageWidth width="reading">
        <div aria-busy="true">
          <p className="visually-hidden" role="status">
            Loading the notes
          </p>
          <Skeleton width="80%" height="2.4rem" />
          <div className={styles.toCome}>
            <SkeletonText lines={6} />
          </div>
        </div>
      </PageWidth>
    );
  }

  const { summary, sections, keyTakeaways, definitions } = lecture.notes;
  return (
    <PageWidth width="reading">
      <article>
        <header className={styles.head}>
          <LectureName course={lecture.course} title={lecture.title} />
          <div className={styles.line}>
            <LectureOrigin>
              {[
                "Shared notes",
                formatWhen(lecture.recordedAt, Date.now()),
                lecture.durationMs > 0 && formatDuration(lecture.durationMs),
              ]
                .filter(Boolean)
                .join(" · ")}
            </LectureOrigin>
            <Button
              className={classNames(styles.print, "no-print")}
              variant="quiet"
              icon={<Printer size={17} aria-hidden="true" />}
              onClick={() => window.print()}
            >
              Print
            </Button>
          </div>
        </header>
        <NotesBody notes={{ isFinal: true, summary, sections, keyTakeaways, definitions }} />
      </article>
    </PageWidth>
  );
}

/** Keeps shared pages out of search engines: a link is for those who were given it. */
function useUnlisted(): void {
  useEffect(() => {
    const robots = document.createElement("meta");
    robots.name = "robots";
    robots.content = "noindex";
    document.head.append(robots);
    return () => robots.remove();
  }, []);
}
