/** The one file intake of this page. It goes on while the person looks at other pages. */
import type { FileIntake, IntakeItem } from "../../recorder/files/fileIntake.ts";
import { deviceOutbox } from "./deviceOutbox.ts";

let made: FileIntake | undefined;
let intake: Promise<FileIntake> | undefined;
const listeners = new Set<() => void>();
const none: readonly IntakeItem[] = [];

/** @throws when this browser lets the page keep nothing */
export function fileIntake(): Promise<FileIntake> {
  intake ??= makeIntake().catch((error: unknown) => {
    intake = undefined;
    throw error;
  });
  return intake;
}

export function intakeItems(): readonly IntakeItem[] {
  return made?.getSnapshot() ?? none;
}

export function onIntake(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function makeIntake(): Promise<FileIntake> {
  const [{ FileIntake }, outbox] = await Promise.all([
    import("../../recorder/files/fileIntake.ts"),
    deviceOutbox(),
  ]);
  made = new FileIntake(outbox, startCutter);
  made.subscribe(() => {
    for (const listener of listeners) listener();
  });
  // A file that is not cut to its end may have to be chosen again.
  window.addEventListener("beforeunload", (event) => {
    const unfinished = ["checking", "queued", "cutting"];
    if (intakeItems().some(({ status }) => unfinished.includes(status))) event.preventDefault();
  });
  return made;
}

function startCutter(): Worker {
  return new Worker(new URL("../../recorder/files/cutter.worker.ts", import.meta.url), {
    type: "module",
    name: "lectern cutter",
  });
}
