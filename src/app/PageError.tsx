// Shown in place of a page that broke: what can be said about it, and two ways on. The rest of the app stays.
import { Link, useRouter } from "@tanstack/react-router";
import { Button, buttonClass } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { backendError } from "./errorMessage.ts";
import { usePageTitle } from "./usePageTitle.ts";
import styles from "./PageError.module.css";

export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  usePageTitle("Something went wrong");
  const router = useRouter();
  const fromBackend = backendError(error);
  const isOutdated = isMissingChunk(error);
  const tryAgain = () => {
    // After an update of the server the old page's files are gone; only a fresh page has the new ones.
    if (isOutdated) window.location.reload();
    reset();
    void router.invalidate();
  };
  return (
    <EmptyState
      headingLevel={1}
      title={isOutdated ? "This page has a newer version" : "This page could not be shown"}
      actions={
        <>
          <Button variant="primary" onClick={tryAgain}>
            {isOutdated ? "Load it" : "Try again"}
          </Button>
          <Link to="/" className={buttonClass()}>
            Go to your library
          </Link>
        </>
      }
    >
      <p>
        {fromBackend?.message ??
          (isOutdated
            ? "Lectern was updated while this page was open, or the network is away."
            : "Your lectures are safe; it is only this page that failed. If it happens again, the lines below help whoever looks into it.")}
      </p>
      {!fromBackend && !isOutdated && (
        <details className={styles.details}>
          <summary>What the program said</summary>
          <pre>{error instanceof Error ? `${error.name}: ${error.message}` : String(error)}</pre>
        </details>
      )}
    </EmptyState>
  );
}

/** A piece of the program that could not be fetched (each browser words it differently). */
function isMissingChunk(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|importing a module script failed|error loading dynamically/i.test(
      error.message,
    )
  );
}
