/** A chosen file, opened: its sound track, or a clear reason why there is none. Reads only what it needs. */
import {
  ADTS,
  AudioSampleSink,
  canEncodeAudio,
  EncodedPacketSink,
  FLAC,
  Input,
  MATROSKA,
  MP3,
  MP4,
  MPEG_TS,
  OGG,
  QTFF,
  UnsupportedInputFormatError,
  WAVE,
  WEBM,
  type InputAudioTrack,
} from "mediabunny";
import { MAX_LECTURE_DURATION_MS } from "../../../domain/limits.ts";
import { FileProblem } from "./fileProblem.ts";
import { fileSource } from "./fileSource.ts";
import { pieceFormat, pieceLengthMs, type PieceFormat } from "./plan.ts";

export type AudioFile = {
  input: Input;
  track: InputAudioTrack;
  packets: EncodedPacketSink;
  format: PieceFormat;
  /** Where the sound starts and ends on the file's own clock. */
  firstMs: number;
  endMs: number;
  pieceMs: number;
};

/** Encoded speech: clear, and an hour is 22 MB. */
export const ENCODED_BITS_PER_SECOND = 48_000;

const formats = [MP4, QTFF, MATROSKA, WEBM, WAVE, OGG, FLAC, MP3, ADTS, MPEG_TS];

/**
 * @throws FileProblem when the file has no sound that could be transcribed
 */
export async function openAudioFile(file: File): Promise<AudioFile> {
  if (file.size === 0) throw new FileProblem("empty_file", file.name);
  const input = new Input({
    source: fileSource(file),
    formats,
  });
  try {
    return await readTrack(input, file);
  } catch (error) {
    input.dispose();
    throw await asFileProblem(error, file);
  }
}

/** Reading failed: because the file changed under our hands, or because it is broken. */
export async function asFileProblem(error: unknown, file: File): Promise<FileProblem> {
  if (error instanceof FileProblem) return error;
  const code = (await isReadable(file)) ? "damaged" : "file_changed";
  return new FileProblem(code, file.name, { cause: error });
}

async function readTrack(input: Input, file: File): Promise<AudioFile> {
  const track = await primaryAudioTrack(input, file);
  const codec = await track.getCodec();
  const format = pieceFormat(
    codec,
    (await input.getFormat()) === OGG,
    await canTurnIntoOpus(track),
  );
  if (!format) throw new FileProblem("unsupported_codec", file.name);
  const packets = new EncodedPacketSink(track);
  if (!(await packets.getFirstPacket())) throw new FileProblem("no_sound", file.name);
  const firstMs = (await track.getFirstTimestamp()) * 1000;
  const endMs = (await track.computeDuration()) * 1000;
  if (!(endMs - firstMs > 0)) throw new FileProblem("no_sound", file.name);
  if (endMs - firstMs > MAX_LECTURE_DURATION_MS) throw new FileProblem("too_long", file.name);
  await refuseUndecodable(track, file, firstMs, endMs);
  const bytesPerSecond =
    format.kind === "encode"
      ? ENCODED_BITS_PER_SECOND / 8
      : (await track.computePacketStats(500)).averageBitrate / 8;
  return { input, track, packets, format, firstMs, endMs, pieceMs: pieceLengthMs(bytesPerSecond) };
}

async function primaryAudioTrack(input: Input, file: File): Promise<InputAudioTrack> {
  let track: InputAudioTrack | null;
  try {
    track = await input.getPrimaryAudioTrack();
  } catch (error) {
    if (!(error instanceof UnsupportedInputFormatError)) throw error;
    throw new FileProblem("not_audio", file.name, { cause: error });
  }
  if (track) return track;
  const videos = await input.getVideoTracks();
  throw new FileProblem(videos.length > 0 ? "no_audio_track" : "no_sound", file.name);
}

/** Needs the browser to decode the one and encode the other. */
async function canTurnIntoOpus(track: InputAudioTrack): Promise<boolean> {
  if (!(await track.canDecode())) return false;
  return canEncodeAudio("opus", { numberOfChannels: 1, sampleRate: 48_000 });
}

/** Tries a moment near the start and one in the middle. One that decodes is enough: files may have a damaged spot. */
async function refuseUndecodable(
  track: InputAudioTrack,
  file: File,
  firstMs: number,
  endMs: number,
): Promise<void> {
  // Firefox on phones and older Safari cannot decode outside of a player; the transcriber will find out.
  if (!(await track.canDecode())) return;
  const sink = new AudioSampleSink(track);
  let failure: unknown;
  for (const atMs of [firstMs, (firstMs + endMs) / 2]) {
    try {
      const sample = await sink.getSample(atMs / 1000);
      if (sample) {
        sample.close();
        return;
      }
    } catch (error) {
      failure = error;
    }
  }
  throw new FileProblem("damaged", file.name, { cause: failure });
}

async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
