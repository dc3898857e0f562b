/** Why a chosen file cannot become a lecture, in a sentence for the person who chose it. */
import type { Problem } from "../outbox/ledger.ts";

const FORMATS_THAT_WORK = "mp3, m4a, mp4, mov, webm, ogg, wav, flac and aac";

export type FileProblemCode =
  | "empty_file"
  | "not_audio"
  | "no_audio_track"
  | "unsupported_codec"
  | "no_sound"
  | "damaged"
  | "too_long"
  | "file_changed";

export class FileProblem extends Error {
  readonly problem: Problem;

  constructor(code: FileProblemCode, fileName: string, options?: ErrorOptions) {
    const problem = { code, message: sentences[code](`“${fileName}”`) };
    super(problem.message, options);
    this.name = "FileProblem";
    this.problem = problem;
  }
}

const sentences: Record<FileProblemCode, (file: string) => string> = {
  empty_file: (file) => `${file} is empty (0 bytes). It may not have been copied completely.`,
  not_audio: (file) =>
    `${file} is not an audio or video file, whatever its name says. Formats that work: ${FORMATS_THAT_WORK}.`,
  no_audio_track: (file) => `${file} is a video without sound, so there is nothing to transcribe.`,
  unsupported_codec: (file) =>
    `The sound in ${file} is in a format that cannot be read here. Save it as one of these first: ${FORMATS_THAT_WORK}.`,
  no_sound: (file) => `${file} is 0 seconds long: it holds no sound.`,
  damaged: (file) =>
    `${file} is damaged: its sound cannot be decoded. Try to copy or export it again.`,
  too_long: (file) => `${file} is longer than 24 hours. Split it and bring in the parts.`,
  file_changed: (file) =>
    `${file} was changed, moved or removed while it was being read. Choose it again.`,
};

/** Nothing is wrong with the file as far as is known: what failed is this device's storage, or the app. */
export function intakeProblem(error: unknown, fileName: string): Problem {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: "intake_failed",
    message: `“${fileName}” could not be taken in (${reason}). Try it again.`,
  };
}
