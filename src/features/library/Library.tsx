// The library: every lecture of this account, newest first, live.
import { Link } from "@tanstack/react-router";
import { usePaginatedQuery } from "convex/react";
import { Search } from "lucide-react";
import { Suspense, useState } from "react";
import { api } from "../../../convex/_generated/api.js";
import { rememberedAccount } from "../../app/rememberedAccount.ts";
import { useSession } from "../../app/session.ts";
import { useConnection } from "../../app/useConnection.ts";
import { Button } from "../../ui/Button.tsx";
import { classNames } from "../../ui/classNames.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { lazyPart } from "../../ui/lazyPart.tsx";
import { PageWidth } from "../../ui/PageWidth.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { WhenIdle } from "../../ui/WhenIdle.tsx";
import { groupByTime } from "./dates.ts";
import { KeepHint } from "./KeepHint.tsx";
import { LectureCard, LectureCardSkeleton } from "./LectureCard.tsx";
import { SearchResults } from "./SearchResults.tsx";
import { WaysToStart } from "./WaysToStart.tsx";
import styles from "./Library.module.css";

const PAGE_SIZE = 20;

/** Most visits find nothing that is only here: its code comes after the page's own. */
const DeviceSection = lazyPart(
  async () => (await import("../upload/DeviceSection.tsx")).DeviceSection,
);

export function Library() {
  const { status: session } = useSession();
  const lectures = usePaginatedQuery(api.lectures.list, session === "ready" ? {} : "skip", {
    initialNumItems: PAGE_SIZE,
  });
  const [text, setText] = useState("");
  const searchText = text.trim();
  // Whoever comes for the first time has no lectures: what can be done is said at once, without asking the server.
  const [isFirstVisit] = useState(() => rememberedAccount() === undefined);
  const isEmpty = lectures.status === "Exhausted" && lectures.results.length === 0;

  return (
    <PageWidth>
      <div className={styles.head}>
        <h1>Your lectures</h1>
        {lectures.results.length > 0 && (
          <form
            role="search"
            className={styles.search}
            onSubmit={(event) => event.preventDefault()}
          >
            <Search size={18} aria-hidden="true" />
            <TextField
              type="search"
              label="Search titles, transcripts and notes"
              hideLabel
              placeholder="Search everything that was said"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </form>
        )}
      </div>
      {searchText === "" && (
        <WhenIdle afterMs={isFirstVisit ? 1_500 : 0}>
          <Suspense fallback={null}>
            <DeviceSection />
          </Suspense>
        </WhenIdle>
      )}
      {searchText !== "" ? (
        <SearchResults text={searchText} />
      ) : isEmpty || (isFirstVisit && lectures.status === "LoadingFirstPage") ? (
        <WaysToStart />
      ) : session === "signedOut" ? (
        <EmptyState title="Your lectures are waiting">
          <p>
            <Link to="/account">Sign in again</Link> to see them.
          </p>
        </EmptyState>
      ) : (
        <LectureList lectures={lectures} />
      )}
    </PageWidth>
  );
}

type Lectures = ReturnType<typeof usePaginatedQuery<typeof api.lectures.list>>;

function LectureList({ lectures }: { lectures: Lectures }) {
  const connection = useConnection();
  // Grouping by day needs today; a library left open over midnight is put right by its next change.
  const groups = groupByTime(lectures.results, Date.now());

  if (lectures.status === "LoadingFirstPage") {
    if (connection === "offline" || connection === "unreachable") return <OutOfReach />;
    return (
      <div aria-busy="true">
        <p className="visually-hidden" role="status">
          Loading your lectures
        </p>
        <ul className={styles.cards}>
          {[0, 1, 2].map((place) => (
            <LectureCardSkeleton key={place} />
          ))}
        </ul>
      </div>
    );
  }
  return (
    <>
      {groups.map((group) => (
        <section key={group.name} className={styles.group} aria-label={group.name}>
          <h2 className={classNames("group-heading", styles.groupName)}>{group.name}</h2>
          <ul className={styles.cards}>
            {group.lectures.map((lecture) => (
              <LectureCard key={lecture._id} lecture={lecture} />
            ))}
          </ul>
        </section>
      ))}
      {lectures.status !== "Exhausted" && (
        <div className={styles.more}>
          <Button
            busy={lectures.status === "LoadingMore"}
            onClick={() => lectures.loadMore(PAGE_SIZE)}
          >
            Show earlier lectures
          </Button>
        </div>
      )}
      <KeepHint />
    </>
  );
}

function OutOfReach() {
  return (
    <EmptyState title="Your library is out of reach">
      <p>
        The lectures are on the server, and there is no way to it at the moment. They appear here as
        soon as there is one. Recording works without it.
      </p>
    </EmptyState>
  );
}
