/** Runs in the browser: puts the audio engine, without the app around it, into the hands of a test. */
import { LectureRecorder } from "../../../src/recorder/lectureRecorder.ts";
import { FileIntake } from "../../../src/recorder/files/fileIntake.ts";
import { discardInterrupted, finishInterrupted } from "../../../src/recorder/outbox/interrupted.ts";
import { measureDuration } from "../../../src/recorder/outbox/measureDuration.ts";
import { Outbox } from "../../../src/recorder/outbox/outbox.ts";
import { lecturesBeingMade } from "../../../src/recorder/outbox/recordingLock.ts";
import { recoverAll } from "../../../src/recorder/outbox/recovery.ts";
import { Uploader } from "../../../src/recorder/outbox/uploader.ts";
import { fastForward } from "./fastForward.ts";
import { makeMicrophone, type MadeMicrophone } from "./madeMicrophone.ts";
import { HttpLectureServer } from "./httpLectureServer.ts";

const outbox = await Outbox.open();

const engine = {
  outbox,
  LectureRecorder,
  lecturesBeingMade,
  recoverAll: () => recoverAll(outbox, measureDuration),
  finishInterrupted: (clientKey: string) => finishInterrupted(outbox, clientKey),
  discardInterrupted: (clientKey: string) => discardInterrupted(outbox, clientKey),
  newUploader: () =>
    new Uploader({ outbox, server: new HttpLectureServer(), accountId: () => "tester" }),
  newIntake: () =>
    new FileIntake(outbox, () => new Worker("/cutter.worker.js", { type: "module" })),
  makeMicrophone,
  fastForward,
  microphone: undefined as MadeMicrophone | undefined,
  makeRoom: () => {},
  longTasksMs: [] as number[],
  /** Places where a test keeps its objects between two calls into the page. */
  recorder: undefined as LectureRecorder | undefined,
  uploader: undefined as Uploader | undefined,
  intake: undefined as FileIntake | undefined,
};

export type Engine = typeof engine;

declare global {
  // `var` is the only way to declare something global.
  var engine: Engine;
}

globalThis.engine = engine;
