/** The lectures on this device, kept up to date for every component that shows them. Reads the disk at most three times a second. */
import { lecturesBeingMade } from "../../recorder/outbox/recordingLock.ts";
import { deviceLecture, type DeviceLecture } from "./deviceLecture.ts";
import { deviceOutbox } from "./deviceOutbox.ts";

export type DeviceState = {
  /** False until the disk was read for the first time. */
  isKnown: boolean;
  /** Newest first. */
  lectures: readonly DeviceLecture[];
  /** The lectures' ids on the server by client key, also of those that have left this device since the page was opened. */
  lectureIds: ReadonlyMap<string, string>;
};

const REFRESH_AFTER_MS = 300;
/** A tab that dies changes nothing in the outbox; its recording is noticed as interrupted within this time. */
const LOCK_CHECK_MS = 5_000;

const listeners = new Set<() => void>();
let state: DeviceState = { isKnown: false, lectures: [], lectureIds: new Map() };
let stopWatching: (() => void) | undefined;

export function deviceState(): DeviceState {
  return state;
}

export function onDeviceState(listener: () => void): () => void {
  listeners.add(listener);
  stopWatching ??= watch();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stopWatching?.();
    stopWatching = undefined;
  };
}

/** The tab that sends tells all tabs: a short lecture may be sent and gone from this device between two looks at it. */
const idChannel =
  typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("lectern lecture ids");
idChannel?.addEventListener("message", ({ data }: MessageEvent<[string, string]>) =>
  putId(...data),
);

/** The server has given a lecture its id. */
export function noteLectureId(clientKey: string, lectureId: string): void {
  putId(clientKey, lectureId);
  idChannel?.postMessage([clientKey, lectureId]);
}

function putId(clientKey: string, lectureId: string): void {
  show({ ...state, lectureIds: new Map(state.lectureIds).set(clientKey, lectureId) });
}

function watch(): () => void {
  let stopped = false;
  let unsubscribe: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let reading = false;
  let changedMeanwhile = false;
  const read = async () => {
    timer = undefined;
    if (reading) {
      changedMeanwhile = true;
      return;
    }
    reading = true;
    try {
      await refresh();
    } finally {
      reading = false;
      if (changedMeanwhile) later();
      changedMeanwhile = false;
    }
  };
  const later = () => {
    if (!stopped) timer ??= setTimeout(() => void read(), REFRESH_AFTER_MS);
  };
  const lockCheck = setInterval(later, LOCK_CHECK_MS);
  document.addEventListener("visibilitychange", later);
  deviceOutbox().then(
    (outbox) => {
      if (stopped) return;
      unsubscribe = outbox.subscribe(later);
      void read();
    },
    // This browser keeps nothing: there is nothing to show, and the recorder says so where it matters.
    () => show({ isKnown: true, lectures: [], lectureIds: new Map() }),
  );
  return () => {
    stopped = true;
    unsubscribe?.();
    clearTimeout(timer);
    clearInterval(lockCheck);
    document.removeEventListener("visibilitychange", later);
  };
}

async function refresh(): Promise<void> {
  const outbox = await deviceOutbox();
  const [stored, beingMade] = await Promise.all([outbox.lectures(), lecturesBeingMade()]);
  const lectures: DeviceLecture[] = [];
  const found = new Map<string, string>();
  for (const { clientKey } of stored.reverse()) {
    const ledger = await outbox.ledger(clientKey);
    if (!ledger) continue;
    lectures.push(deviceLecture(ledger, beingMade.has(clientKey)));
    if (ledger.lecture.lectureId) found.set(clientKey, ledger.lecture.lectureId);
  }
  // Joined at the end: an id may have been noted while the disk was read.
  show({ isKnown: true, lectures, lectureIds: new Map([...state.lectureIds, ...found]) });
}

function show(next: DeviceState): void {
  state = next;
  for (const listener of listeners) listener();
}
