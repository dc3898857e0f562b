/** Which microphone, with which processing, this device records with: chosen once, kept. */
import type { MicrophoneChoice } from "../../recorder/capture/microphone.ts";

const STORAGE_KEY = "lectern.microphone";

export function rememberedMicrophone(): MicrophoneChoice | undefined {
  try {
    return parseMicrophone(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "null"));
  } catch {
    // Storage may be forbidden, or hold something else: the usual microphone then.
    return undefined;
  }
}

export function rememberMicrophone(choice: MicrophoneChoice): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(choice));
  } catch {
    // See above; the choice holds for this visit.
  }
}

/** Undefined for anything that this version of the app would not have written. */
export function parseMicrophone(stored: unknown): MicrophoneChoice | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { deviceId, echoCancellation, noiseSuppression, autoGainControl } = stored as Partial<
    Record<keyof MicrophoneChoice, unknown>
  >;
  if (
    typeof echoCancellation !== "boolean" ||
    typeof noiseSuppression !== "boolean" ||
    typeof autoGainControl !== "boolean"
  ) {
    return undefined;
  }
  return {
    deviceId: typeof deviceId === "string" ? deviceId : undefined,
    echoCancellation,
    noiseSuppression,
    autoGainControl,
  };
}
