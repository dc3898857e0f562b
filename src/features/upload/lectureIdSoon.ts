/** A lecture's id on the server; when it is not known yet but the server is in reach, waits a moment for it. */
import { deviceOutbox } from "./deviceOutbox.ts";
import { deviceState, onDeviceState } from "./deviceStore.ts";

const WAIT_MS = 4_000;

export async function lectureIdSoon(
  clientKey: string,
  serverInReach: boolean,
): Promise<string | undefined> {
  const known = (await (await deviceOutbox()).lecture(clientKey))?.lectureId ?? idOf(clientKey);
  if (known !== undefined || !serverInReach) return known;
  return new Promise((resolve) => {
    const stop = onDeviceState(() => {
      const lectureId = idOf(clientKey);
      if (lectureId !== undefined) end(lectureId);
    });
    const timer = setTimeout(() => end(undefined), WAIT_MS);
    const end = (lectureId: string | undefined) => {
      clearTimeout(timer);
      stop();
      resolve(lectureId);
    };
  });
}

function idOf(clientKey: string): string | undefined {
  return deviceState().lectureIds.get(clientKey);
}
