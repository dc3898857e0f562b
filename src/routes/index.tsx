// The first page: the library.
import { createFileRoute } from "@tanstack/react-router";
import { usePageTitle } from "../app/usePageTitle.ts";
import { Library } from "../features/library/Library.tsx";

export const Route = createFileRoute("/")({
  component: LibraryPage,
  // In the app's first file: nearly every visit begins here, and another round trip would be felt.
  codeSplitGroupings: [],
});

function LibraryPage() {
  usePageTitle(undefined);
  return <Library />;
}
