/** Runs in the browser: puts the audio engine, without the app around it, into the hands of a test. */
import { blobTarget } from "../../../src/recorder/copy/copyTarget.ts";
import { joinPieces } from "../../../src/recorder/copy/joinPieces.ts";
import { LectureRecorder } from "../../../src/recorder/lectureRecorder.ts";
import type { ToCutter } from "../../../src/recorder/files/cutterMessages.ts";
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

function startCutter(): Worker {
  const worker = new Worker("/cutter.worker.js", { type: "module" });
  const post = worker.postMessage.bind(worker);
  let count = 0;
  worker.postMessage = (message: ToCutter) => {
    if (message.kind !== "next") return post(message);
    void engine.beforePiece(count++).then(() => post(message));
  };
  return worker;
}

const engine = {
  outbox,
  LectureRecorder,
  lecturesBeingMade,
  recoverAll: () => recoverAll(outbox, measureDuration),
  finishInterrupted: (clientKey: string) => finishInterrupted(outbox, clientKey),
  discardInterrupted: (clientKey: string) => discardInterrupted(outbox, clientKey),
  newUploader: () =>
    new Uploader({ outbox, server: new HttpLectureServer(), accountId: () => "tester" }),
  newIntake: () => new FileIntake(outbox, startCutter),
  /** Asked before each piece is cut, with the number of those before it: a test can let the worker wait. */
  beforePiece: (_count: number): Promise<void> => Promise.resolve(),
  joinedCopy,
  makeMicrophone,
  fastForward,
  microphone: undefined as MadeMicrophone | undefined,
  makeRoom: () => {},
  longTasks: [] as { atMs: number; durationMs: number }[],
  /** Places where a test keeps its objects between two calls into the page. */
  recorder: undefined as LectureRecorder | undefined,
  uploader: undefined as Uploader | undefined,
  intake: undefined as FileIntake | undefined,
};

/** All that is here of a lecture as one file: its bytes, what the joining says of it, and how long a player finds it. */
async function joinedCopy(clientKey: string) {
  const { pieces = [] } = (await outbox.ledger(clientKey)) ?? {};
  const files: Blob[] = [];
  const joined = await joinPieces({
    pieces,
    bytesOf: ({ index, mimeType }) => outbox.bytes(clientKey, index, mimeType),
    openTarget: () => Promise.resolve(blobTarget("audio/webm", (whole) => files.push(whole))),
  });
  const [file = new Blob()] = files;
  const bytes = [...new Uint8Array(await file.arrayBuffer())];
  return { ...joined, bytes, playerMs: (await playerDuration(file)) * 1000 };
}

function playerDuration(file: Blob): Promise<number> {
  return new Promise((resolve, reject) => {
    const audio = new Audio(URL.createObjectURL(file));
    audio.onloadedmetadata = () => resolve(audio.duration);
    audio.onerror = () => reject(new Error(audio.error?.message ?? "It does not play."));
  });
}

export type Engine = typeof engine;

declare global {
  // `var` is the only way to declare something global.
  var engine: Engine;
}

globalThis.engine = engine;
