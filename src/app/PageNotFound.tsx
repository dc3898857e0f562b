// The page for addresses that lead nowhere.
import { Link } from "@tanstack/react-router";
import { buttonClass } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { usePageTitle } from "./usePageTitle.ts";

export function PageNotFound() {
  usePageTitle("Not found");
  return (
    <EmptyState
      headingLevel={1}
      title="There is nothing at this address"
      actions={
        <Link to="/" className={buttonClass({ variant: "primary" })}>
          Go to your library
        </Link>
      }
    >
      <p>The link may be incomplete, or what it led to has been deleted.</p>
    </EmptyState>
  );
}
