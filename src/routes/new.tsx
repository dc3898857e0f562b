// Bringing a lecture in: files and text.
import { createFileRoute } from "@tanstack/react-router";
import { usePageTitle } from "../app/usePageTitle.ts";
import { NewLecturePage } from "../features/upload/NewLecturePage.tsx";

type NewSearch = {
  /** What another app shared did not get here (see the service worker). */
  share?: "failed";
};

export const Route = createFileRoute("/new")({
  component: NewRoute,
  validateSearch: (search: Record<string, unknown>): NewSearch =>
    search.share === "failed" ? { share: "failed" } : {},
});

function NewRoute() {
  const { share } = Route.useSearch();
  usePageTitle("Add a lecture");
  return <NewLecturePage shareFailed={share === "failed"} />;
}
