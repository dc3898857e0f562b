// Where the app begins.
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { router } from "./app/router.ts";
import { SessionProvider } from "./app/SessionProvider.tsx";
import "./ui/tokens.css";
import "./ui/base.css";
// With the first styles: index.html shows the recorder's button before anything else has come.
import "./features/recorder/StartHead.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has lost its #root element.");

// What index.html shows of a page stays until the page itself is there.
if (root.querySelector("[data-first-page]")) await router.load();

createRoot(root).render(
  <StrictMode>
    <SessionProvider>
      <RouterProvider router={router} />
    </SessionProvider>
  </StrictMode>,
);
