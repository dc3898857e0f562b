/** Where a file is cut, and what its pieces are: plain numbers, so that the rules can be read and tested as a table. */
import type { AudioCodec } from "mediabunny";

/** Long enough for context, short enough that one failed request costs little. */
const PIECE_MS = 5 * 60_000;
/** A provider takes 25 MB with the form around it. */
export const MAX_PIECE_BYTES = 23_000_000;
/** A cut may move this far to fall into a pause. */
export const CUT_LEEWAY_MS = 10_000;

/** What a piece is written as. */
export type PieceFormat =
  | { kind: "copy"; container: "mp3" | "mp4" | "webm" | "ogg" | "flac" | "wav"; mimeType: string }
  /** Uncompressed and lossless sound is ten times too large to send. */
  | { kind: "encode"; container: "webm"; mimeType: string };

/**
 * @param canEncode whether this browser can turn sound into Opus
 * @param containerIsOgg whether the file itself is an Ogg file
 * @returns undefined for a codec that no speech service reads
 */
export function pieceFormat(
  codec: AudioCodec | null,
  containerIsOgg: boolean,
  canEncode: boolean,
): PieceFormat | undefined {
  switch (codec) {
    case "mp3":
      return { kind: "copy", container: "mp3", mimeType: "audio/mpeg" };
    case "aac":
      return { kind: "copy", container: "mp4", mimeType: "audio/mp4" };
    case "opus":
      return containerIsOgg
        ? { kind: "copy", container: "ogg", mimeType: "audio/ogg" }
        : { kind: "copy", container: "webm", mimeType: "audio/webm" };
    case "vorbis":
      return { kind: "copy", container: "ogg", mimeType: "audio/ogg" };
    case "flac":
      return canEncode ? encoded : { kind: "copy", container: "flac", mimeType: "audio/flac" };
    case null:
    case "ac3":
    case "eac3":
    case "dts":
      return undefined;
    default:
      return canEncode ? encoded : { kind: "copy", container: "wav", mimeType: "audio/wav" };
  }
}

const encoded: PieceFormat = { kind: "encode", container: "webm", mimeType: "audio/webm" };

/**
 * How long the pieces of a file should be.
 * @param bytesPerSecond of the pieces as they will be written
 */
export function pieceLengthMs(bytesPerSecond: number): number {
  const mostMs = (MAX_PIECE_BYTES / Math.max(1, bytesPerSecond)) * 1000;
  // Peaks above the average rate, and the cut's leeway, must fit too.
  return Math.max(1_000, Math.min(PIECE_MS, Math.floor(mostMs * 0.8) - CUT_LEEWAY_MS));
}

/** Where the next cut should fall, or undefined when the rest is the last piece (a little longer rather than a crumb). */
export function nextCutMs(fromMs: number, endMs: number, lengthMs: number): number | undefined {
  const cutMs = fromMs + lengthMs;
  return endMs - cutMs > lengthMs / 10 ? cutMs : undefined;
}
