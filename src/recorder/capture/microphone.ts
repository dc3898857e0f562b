/** Opens the microphone, and says in plain words why it can't. */
import type { Problem } from "../outbox/ledger.ts";

export type MicrophoneChoice = {
  /** Undefined: the system's default. */
  deviceId?: string;
  /** These two are made for calls; they eat a voice at the other end of a hall. Off unless the person wants them. */
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGainControl: boolean;
};

export const lectureHallMicrophone: MicrophoneChoice = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: true,
};

export type MicrophoneDevice = { deviceId: string; label: string };

export class MicrophoneError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = "MicrophoneError";
    this.problem = problem;
  }
}

/** What keeps this page from ever recording, before anything is asked; undefined when nothing does. */
export function whyRecordingIsImpossible(): Problem | undefined {
  if (!globalThis.isSecureContext) {
    return {
      code: "insecure_context",
      message:
        "Browsers allow recording only over https or on this very computer. Open this page by its https address " +
        "(start the server with “npm start -- --lan” to get one on your own network), or bring an audio file instead.",
    };
  }
  // Typed as always there, but old browsers and some in-app browsers have neither.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices || typeof MediaRecorder === "undefined") {
    return {
      code: "no_recorder",
      message:
        "This browser cannot record sound. Open the page in a current Chrome, Firefox, Safari or Edge, or bring an audio file instead.",
    };
  }
  return undefined;
}

/** @throws MicrophoneError with a sentence for the person */
export async function openMicrophone(choice: MicrophoneChoice): Promise<MediaStream> {
  const impossible = whyRecordingIsImpossible();
  if (impossible) throw new MicrophoneError(impossible);
  const { deviceId, ...processing } = choice;
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: {
        ...processing,
        channelCount: { ideal: 1 },
        ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
      },
    });
  } catch (error) {
    throw new MicrophoneError(problemFrom(error), { cause: error });
  }
}

/** The microphones of this device. Their names are known only after permission was given once. */
export async function listMicrophones(): Promise<MicrophoneDevice[]> {
  if (whyRecordingIsImpossible()) return [];
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter((device) => device.kind === "audioinput" && device.deviceId !== "")
    .map(({ deviceId, label }, index) => ({ deviceId, label: label || `Microphone ${index + 1}` }));
}

function problemFrom(error: unknown): Problem {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return {
        code: "permission_denied",
        message:
          "The microphone is blocked for this page. Click the lock or microphone symbol beside the address, allow the microphone, then try again.",
      };
    case "NotFoundError":
    case "OverconstrainedError":
      return {
        code: "no_microphone",
        message: "No microphone was found. Plug one in or choose another one, then try again.",
      };
    case "NotReadableError":
    case "AbortError":
      return {
        code: "microphone_busy",
        message:
          "The microphone is there but gives nothing: another app or a phone call may be using it. Close it, then try again.",
      };
    default:
      return {
        code: "microphone_failed",
        message: `The microphone could not be opened (${error instanceof Error ? error.message : String(error)}). Choose another one or reload the page.`,
      };
  }
}
