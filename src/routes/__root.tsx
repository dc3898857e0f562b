// The frame of every page.
import { createRootRoute, Outlet } from "@tanstack/react-router";
import { Shell } from "../app/Shell.tsx";

export const Route = createRootRoute({ component: Root });

function Root() {
  return (
    <Shell>
      <Outlet />
    </Shell>
  );
}
