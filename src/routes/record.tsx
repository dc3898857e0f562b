// The recorder.
import { createFileRoute } from "@tanstack/react-router";
import { usePageTitle } from "../app/usePageTitle.ts";
import { RecordPage } from "../features/recorder/RecordPage.tsx";

type RecordSearch = {
  /** A lecture to go on in, instead of a new one. */
  continue?: string;
};

export const Route = createFileRoute("/record")({
  component: RecordRoute,
  validateSearch: (search: Record<string, unknown>): RecordSearch =>
    typeof search.continue === "string" && search.continue !== ""
      ? { continue: search.continue }
      : {},
});

function RecordRoute() {
  const { continue: continueLectureId } = Route.useSearch();
  usePageTitle("Record");
  return <RecordPage continueLectureId={continueLectureId} />;
}
