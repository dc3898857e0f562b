/**
 * Sends what is in the outbox, in the background of whatever page is open. Of all tabs one does it (it holds a lock,
 * which the browser gives to the next when that tab goes); the others hear from it how far it is.
 */
import type { ConvexReactClient } from "convex/react";
import { recoverAll } from "../../recorder/outbox/recovery.ts";
import { measureDuration } from "../../recorder/outbox/measureDuration.ts";
import { Uploader } from "../../recorder/outbox/uploader.ts";
import { onSignedInUser, signedInUserId } from "./accountId.ts";
import { ConvexLectureServer } from "./convexServer.ts";
import { deviceOutbox } from "./deviceOutbox.ts";
import { fileIntake } from "./intake.ts";
import { shareUploadState } from "./uploadState.ts";

const LEADER_LOCK = "lectern uploader";

let started = false;

/** Starts it for this page's life. Later calls do nothing. */
export async function startBackground(convex: ConvexReactClient): Promise<void> {
  if (started) return;
  started = true;
  const outbox = await deviceOutbox();
  const uploader = new Uploader({
    outbox,
    server: new ConvexLectureServer(convex),
    accountId: signedInUserId,
  });
  const wake = () => uploader.wake();
  onSignedInUser(wake);
  onConnected(convex, wake);
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") wake();
  });
  await asLeader(async () => {
    shareUploadState(uploader);
    uploader.start();
    await recoverAll(outbox, measureDuration);
    await (await fileIntake()).resume();
  });
}

/** Calls back whenever the line to the server is there again: a server that was started anew tells no browser "online". */
function onConnected(convex: ConvexReactClient, callback: () => void): void {
  let wasConnected = convex.connectionState().isWebSocketConnected;
  convex.subscribeToConnectionState(({ isWebSocketConnected }) => {
    if (isWebSocketConnected && !wasConnected) callback();
    wasConnected = isWebSocketConnected;
  });
}

async function asLeader(lead: () => Promise<void>): Promise<void> {
  // Typed as always there; missing in insecure contexts, where there is one tab's outbox to look after.
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) return lead();
  void locks.request(LEADER_LOCK, async () => {
    await lead();
    // Held until the page is gone.
    await new Promise<never>(() => {});
  });
}
