/** The one recorder of this page. It lives on when the person looks at other pages; its code comes when it is first wanted. */
import type { LectureRecorder } from "../../recorder/lectureRecorder.ts";
import { rememberedMicrophone } from "./microphoneMemory.ts";

let recorder: LectureRecorder | undefined;
let loading: Promise<LectureRecorder> | undefined;
const listeners = new Set<() => void>();

/** The recorder, if any page of this visit has needed it yet. */
export function currentRecorder(): LectureRecorder | undefined {
  return recorder;
}

/** Hears of the recorder's coming and of everything that changes in it. */
export function onRecorder(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @throws when this browser lets the page keep nothing */
export function loadRecorder(): Promise<LectureRecorder> {
  loading ??= makeRecorder().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function makeRecorder(): Promise<LectureRecorder> {
  const [{ LectureRecorder }, { deviceOutbox }] = await Promise.all([
    import("../../recorder/lectureRecorder.ts"),
    import("../upload/deviceOutbox.ts"),
  ]);
  const made = new LectureRecorder(await deviceOutbox(), { microphone: rememberedMicrophone() });
  recorder = made;
  made.subscribe(tell);
  window.addEventListener("beforeunload", (event) => {
    if (isRunning(made)) event.preventDefault();
  });
  tell();
  return made;
}

/** Goes on in a recording of this device that was cut off. What is wrong, if it can't, stands on the recorder's page. */
export async function continueInterrupted(clientKey: string): Promise<void> {
  const made = await loadRecorder();
  if (isRunning(made)) return;
  if (await made.listen()) await made.start({ kind: "interrupted", clientKey });
}

/** Whether leaving the page now would cut a recording off. */
export function isRunning(made: LectureRecorder | undefined): boolean {
  const status = made?.getSnapshot().status;
  return (
    status === "recording" ||
    status === "paused" ||
    status === "interrupted" ||
    status === "finishing"
  );
}

function tell(): void {
  for (const listener of listeners) listener();
}
