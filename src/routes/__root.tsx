// The frame of every page, and the work that goes on whatever page is open.
import { createRootRoute, Outlet } from "@tanstack/react-router";
import { Shell } from "../app/Shell.tsx";
import { RecordingPill } from "../features/recorder/RecordingPill.tsx";
import { BackgroundWork } from "../features/upload/BackgroundWork.tsx";

export const Route = createRootRoute({ component: Root });

function Root() {
  return (
    <>
      <Shell>
        <Outlet />
      </Shell>
      <RecordingPill />
      <BackgroundWork />
    </>
  );
}
