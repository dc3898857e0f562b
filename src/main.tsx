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

const app = createRoot(root);

// What index.html shows of a page stays until the page itself is there. Not by a top-level await: the page's code needs
// this very file, and each would wait for the other.
if (root.querySelector("[data-first-page]")) void router.load().finally(render);
else render();

function render(): void {
  app.render(
    <StrictMode>
      <SessionProvider>
        <RouterProvider router={router} />
      </SessionProvider>
    </StrictMode>,
  );
}
