// One lecture's page, from its address: loading, out of reach, gone, or the lecture itself.
import { Link } from "@tanstack/react-router";
import { api } from "../../../convex/_generated/api.js";
import { useSession, useSessionQuery } from "../../app/session.ts";
import { useConnection } from "../../app/useConnection.ts";
import { usePageTitle } from "../../app/usePageTitle.ts";
import { buttonClass } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { PageWidth } from "../../ui/PageWidth.tsx";
import { Skeleton, SkeletonText } from "../../ui/Skeleton.tsx";
import { Lecture } from "./page/Lecture.tsx";
import { PlayerProvider } from "./player/PlayerProvider.tsx";
import styles from "./LecturePage.module.css";

export function LecturePage({
  lectureId,
  startMs,
}: {
  /** As it stands in the address: may be anything. */
  lectureId: string;
  /** A moment of the lecture to start at, in milliseconds. */
  startMs?: number;
}) {
  const lecture = useSessionQuery(api.lectures.get, { lectureId });
  const { status } = useSession();
  usePageTitle(lecture === undefined ? "Lecture" : (lecture?.title ?? "Not found"));

  if (status === "signedOut") return <SignInFirst />;
  if (lecture === undefined) return <Loading />;
  if (lecture === null || lecture.state === "deleting") return <Gone />;
  return (
    <PlayerProvider
      lectureId={lecture._id}
      title={lecture.title}
      course={lecture.course}
      durationMs={lecture.durationMs}
      pieceCount={lecture.audioPieceCount}
    >
      <Lecture lecture={lecture} startMs={startMs} />
    </PlayerProvider>
  );
}

function Loading() {
  const connection = useConnection();
  if (connection === "offline" || connection === "unreachable") {
    return (
      <EmptyState headingLevel={1} title="This lecture is out of reach">
        <p>
          It is on the server, and there is no way to it at the moment. It appears here as soon as
          there is one.
        </p>
      </EmptyState>
    );
  }
  return (
    <PageWidth>
      <div className={styles.loading} aria-busy="true">
        <p className="visually-hidden" role="status">
          Loading the lecture
        </p>
        <Skeleton width="min(30rem, 85%)" height="2.4rem" />
        <Skeleton width="14rem" height="1rem" />
        <div className={styles.loadingText}>
          <SkeletonText lines={6} />
        </div>
      </div>
    </PageWidth>
  );
}

/** The same for a lecture that was deleted, one that never was, and one of somebody else: nothing is given away. */
function Gone() {
  return (
    <EmptyState
      headingLevel={1}
      title="This lecture is not in your library"
      actions={
        <Link to="/" className={buttonClass({ variant: "primary" })}>
          Go to your library
        </Link>
      }
    >
      <p>It may have been deleted, or it belongs to another account.</p>
    </EmptyState>
  );
}

function SignInFirst() {
  return (
    <EmptyState
      headingLevel={1}
      title="Sign in to see this lecture"
      actions={
        <Link to="/account" className={buttonClass({ variant: "primary" })}>
          Sign in
        </Link>
      }
    />
  );
}
