// One lecture: notes, transcript, player, and what happened to its job.
import { createFileRoute } from "@tanstack/react-router";
import { LecturePage } from "../features/lecture/LecturePage.tsx";

type LectureSearch = {
  /** A moment in seconds to start at: from a search hit or a shared link. */
  t?: number;
};

export const Route = createFileRoute("/lecture/$lectureId")({
  component: Lecture,
  validateSearch: (search: Record<string, unknown>): LectureSearch => {
    const seconds = Number(search.t);
    return search.t !== undefined && Number.isFinite(seconds) && seconds >= 0 ? { t: seconds } : {};
  },
});

function Lecture() {
  const { lectureId } = Route.useParams();
  const { t } = Route.useSearch();
  // A new lecture is a new page: nothing of the one before (scroll, player, edits) may stay.
  return (
    <LecturePage
      key={lectureId}
      lectureId={lectureId}
      startMs={t === undefined ? undefined : t * 1000}
    />
  );
}
