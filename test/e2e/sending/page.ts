/**
 * Runs in the browser, on Lectern's own address: the recorder with segments as short as a test wants them, and the
 * app's own way to the server.
 */
import { ConvexReactClient } from "convex/react";
import { api } from "../../../convex/_generated/api.js";
import { ConvexLectureServer } from "../../../src/features/upload/convexServer.ts";
import type { SegmenterLimits } from "../../../src/recorder/capture/segmenter.ts";
import { LectureRecorder } from "../../../src/recorder/lectureRecorder.ts";
import { Outbox } from "../../../src/recorder/outbox/outbox.ts";
import { Uploader } from "../../../src/recorder/outbox/uploader.ts";

const convex = new ConvexReactClient(location.origin, {
  skipConvexDeploymentUrlCheck: true,
  unsavedChangesWarning: false,
});
const outbox = await Outbox.open();
let recorder: LectureRecorder | undefined;

const sending = {
  /** Signs in, begins to record and to send. Returns the account's token. */
  async begin(limits: SegmenterLimits | undefined): Promise<string> {
    // What the sign-in answers depends on its provider; the anonymous one gives tokens at once.
    const { tokens } = (await convex.action(api.auth.signIn, { provider: "anonymous" })) as {
      tokens?: { token: string } | null;
    };
    if (!tokens) throw new Error("The anonymous sign-in gave no token.");
    convex.setAuth(() => Promise.resolve(tokens.token));
    recorder = new LectureRecorder(outbox, limits ? { limits } : {});
    const server = new ConvexLectureServer(convex);
    new Uploader({ outbox, server, accountId: () => "me" }).start();
    if (!(await recorder.start())) {
      throw new Error(
        recorder
          .getSnapshot()
          .problems.map(({ message }) => message)
          .join(" "),
      );
    }
    return tokens.token;
  },
  clockMs: () => recorder?.clockMs() ?? 0,
  stop: async () => recorder?.stop(),
  /** What is not wholly at the server, and why; nothing when all of it is. */
  unsent: async () => {
    const lectures = await outbox.lectures();
    return lectures.map(({ problem }) => problem?.message ?? "on its way");
  },
};

export type Sending = typeof sending;

declare global {
  // `var` is the only way to declare something global.
  var sending: Sending;
}

globalThis.sending = sending;
