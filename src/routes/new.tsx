// Bringing a lecture in: files and text.
import { createFileRoute } from "@tanstack/react-router";
import { usePageTitle } from "../app/usePageTitle.ts";
import { NewLecturePage } from "../features/upload/NewLecturePage.tsx";

export const Route = createFileRoute("/new")({ component: NewRoute });

function NewRoute() {
  usePageTitle("Add a lecture");
  return <NewLecturePage />;
}
