// Why this page can't record at all, and what can be done instead.
import { Link } from "@tanstack/react-router";
import type { Problem } from "../../recorder/outbox/ledger.ts";
import { buttonClass } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";

export function ImpossibleNotice({ problem }: { problem: Problem }) {
  return (
    <EmptyState
      headingLevel={1}
      title="Recording is not possible here"
      actions={
        <Link to="/new" className={buttonClass({ variant: "primary" })}>
          Bring an audio file
        </Link>
      }
    >
      <p>{problem.message}</p>
    </EmptyState>
  );
}
