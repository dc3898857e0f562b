/** How far the sending is, for every tab: the one that sends tells the others. */
import type { Uploader, UploaderSnapshot } from "../../recorder/outbox/uploader.ts";

export type UploadState = Omit<UploaderSnapshot, "sending"> & {
  /** Bytes that have left of the pieces on their way, by lecture (its client key). */
  sendingBytes: Readonly<Record<string, number>>;
};

type Message = { kind: "state"; state: UploadState } | { kind: "what_is_it" };

/** Progress events come many times a second; eyes need four. */
const SHARE_EVERY_MS = 250;

const channel =
  typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("lectern upload");
const listeners = new Set<() => void>();
let state: UploadState = { status: "stopped", sendingBytes: {} };
let tellOthers: () => void = () => {};

if (channel) {
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === "what_is_it") tellOthers();
    else show(data.state);
  };
  channel.postMessage({ kind: "what_is_it" } satisfies Message);
}

export function uploadState(): UploadState {
  return state;
}

export function onUploadState(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Makes this tab the one that tells the others. */
export function shareUploadState(uploader: Uploader): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const share = () => {
    timer = undefined;
    show(stateFrom(uploader.getSnapshot()));
    tellOthers();
  };
  tellOthers = () => channel?.postMessage({ kind: "state", state } satisfies Message);
  uploader.subscribe(() => (timer ??= setTimeout(share, SHARE_EVERY_MS)));
  share();
}

function stateFrom({ sending, ...rest }: UploaderSnapshot): UploadState {
  const sendingBytes: Record<string, number> = {};
  for (const [key, bytes] of sending) {
    const clientKey = key.split(" ")[0] ?? key;
    sendingBytes[clientKey] = (sendingBytes[clientKey] ?? 0) + bytes;
  }
  return { ...rest, sendingBytes };
}

function show(next: UploadState): void {
  state = next;
  for (const listener of listeners) listener();
}
