// Keeps the sending going on every page, and tells it who is signed in. Shows nothing.
import { useConvex } from "convex/react";
import { useEffect } from "react";
import { api } from "../../../convex/_generated/api.js";
import { useSession, useSessionQuery } from "../../app/session.ts";
import { showToast } from "../../ui/toast.ts";
import { setSignedInUserId } from "./accountId.ts";

/** The page itself comes first; what waits in the outbox has time. */
const START_AFTER_MS = 1_000;

export function BackgroundWork() {
  const convex = useConvex();
  const { status } = useSession();
  const me = useSessionQuery(api.account.me, {});
  const userId = status === "ready" ? me?.userId : undefined;

  useEffect(() => setSignedInUserId(userId), [userId]);

  useEffect(() => {
    const timer = setTimeout(() => {
      import("../../serviceWorker/register.ts")
        .then(({ registerServiceWorker }) => registerServiceWorker())
        // A browser may forbid it; then the app only starts with a network.
        .catch(() => undefined);
      void import("./background.ts").then(
        ({ startBackground }) => startBackground(convex).catch(sayThatNothingIsKept),
        sayThatItIsOutdated,
      );
    }, START_AFTER_MS);
    return () => clearTimeout(timer);
  }, [convex]);
  return null;
}

function sayThatNothingIsKept(): void {
  showToast(
    "This browser keeps nothing for this page, so nothing can be recorded or sent. A private window may be the reason.",
    { tone: "danger" },
  );
}

/** The piece of the program was not there: the server was updated since this page was opened, or the line broke. */
function sayThatItIsOutdated(): void {
  showToast("What is on this device is not being sent: this page has a newer version.", {
    tone: "danger",
    action: { label: "Load it", run: () => window.location.reload() },
  });
}
