// A lecture that somebody shared by a link: to read, without an account.
import { createFileRoute } from "@tanstack/react-router";
import { SharedLecture } from "../features/share/SharedLecture.tsx";

export const Route = createFileRoute("/shared/$token")({ component: Shared });

function Shared() {
  const { token } = Route.useParams();
  return <SharedLecture token={token} />;
}
