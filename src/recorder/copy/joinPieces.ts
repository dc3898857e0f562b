/**
 * Puts the pieces of a recording together in a file that any player plays. Packets are copied, nothing is encoded
 * again, and one piece at a time is in memory. What two pieces both hold is there once.
 */
import {
  BlobSource,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  Input,
  MATROSKA,
  MP4,
  Mp4OutputFormat,
  OGG,
  Output,
  StreamTarget,
  WEBM,
  WebMOutputFormat,
  type AudioCodec,
  type InputAudioTrack,
  type StreamTargetChunk,
} from "mediabunny";
import type { Piece } from "../outbox/ledger.ts";
import type { CopyTarget } from "./copyTarget.ts";

export type JoinOptions = {
  /** In any order. */
  pieces: readonly Piece[];
  bytesOf: (piece: Piece) => Promise<Blob>;
  /** Called for the first file, and for each further one that a change of the sound's kind makes necessary. */
  openTarget: (fileNumber: number) => Promise<CopyTarget>;
  /** Hears how much is done, from 0 to 1. */
  onProgress?: (share: number) => void;
};

export type JoinedCopy = {
  /** How long each file plays, in milliseconds. None when no piece could be read. */
  filesMs: number[];
  /** Pieces without readable sound. */
  leftOutCount: number;
};

/** More than this between two pieces is no sound of theirs: something else was there, and the copy closes up. */
const LONGEST_GAP_SECONDS = 1;
/** Clocks and packets don't meet to the microsecond. */
const TOLERANCE_SECONDS = 0.005;
const WRITE_AT_ONCE_BYTES = 1_000_000;

type Sound = {
  track: InputAudioTrack;
  codec: AudioCodec;
  config: AudioDecoderConfig;
  /** When its first sound comes, in seconds; below 0 there is only what an encoder puts before it. */
  fromSeconds: number;
  container: "mp4" | "webm";
};

/** @throws what reading or writing throws; nothing half written stays then */
export async function joinPieces(options: JoinOptions): Promise<JoinedCopy> {
  const pieces = [...options.pieces].sort((a, b) => a.index - b.index);
  const filesMs: number[] = [];
  let leftOutCount = 0;
  let file: CopiedFile | undefined;
  try {
    for (const [position, piece] of pieces.entries()) {
      options.onProgress?.(position / pieces.length);
      using input = new Input({
        source: new BlobSource(await options.bytesOf(piece)),
        formats: [WEBM, MATROSKA, MP4, OGG],
      });
      const sound = await soundOf(input, piece.mimeType);
      if (!sound) {
        leftOutCount++;
        continue;
      }
      if (file && !file.takes(sound)) {
        filesMs.push(await file.finish());
        file = undefined;
      }
      file ??= await CopiedFile.open(sound, await options.openTarget(filesMs.length));
      await file.append(sound, piece.startMs / 1000);
    }
    if (file) filesMs.push(await file.finish());
  } catch (error) {
    await file?.abandon();
    throw error;
  }
  options.onProgress?.(1);
  return { filesMs, leftOutCount };
}

async function soundOf(input: Input, mimeType: string): Promise<Sound | undefined> {
  try {
    const track = await input.getPrimaryAudioTrack();
    const codec = await track?.getCodec();
    const config = await track?.getDecoderConfig();
    if (!track || !codec || !config) return undefined;
    const fromSeconds = Math.max(0, await track.getFirstTimestamp());
    return { track, codec, config, fromSeconds, container: containerOf(mimeType) };
  } catch {
    // Cut off before the first packet, or its bytes have left this device meanwhile.
    return undefined;
  }
}

/** Safari records MP4. Opus is at home in WebM, whatever it came in. */
export function containerOf(mimeType: string): "mp4" | "webm" {
  return mimeType.includes("mp4") ? "mp4" : "webm";
}

class CopiedFile {
  readonly #first: Sound;
  readonly #target: CopyTarget;
  readonly #output: Output;
  readonly #source: EncodedAudioPacketSource;
  #endSeconds = 0;
  /** What is between a moment on the lecture's clock and its place in the copy. */
  #shiftSeconds: number | undefined;

  private constructor(first: Sound, target: CopyTarget) {
    this.#first = first;
    this.#target = target;
    const writable = new WritableStream<StreamTargetChunk>({
      write: ({ data, position }) => target.write(data, position),
    });
    this.#output = new Output({
      format:
        first.container === "mp4"
          ? new Mp4OutputFormat({ fastStart: false })
          : new WebMOutputFormat(),
      target: new StreamTarget(writable, { chunked: true, chunkSize: WRITE_AT_ONCE_BYTES }),
    });
    this.#source = new EncodedAudioPacketSource(first.codec);
    this.#output.addAudioTrack(this.#source);
  }

  static async open(first: Sound, target: CopyTarget): Promise<CopiedFile> {
    const file = new CopiedFile(first, target);
    await file.#output.start();
    return file;
  }

  /** Opus says in every packet how it is to be read; of other kinds a file can hold only one. */
  takes({ codec, config, container }: Sound): boolean {
    const first = this.#first;
    if (codec !== first.codec || container !== first.container) return false;
    return (
      codec === "opus" ||
      (config.sampleRate === first.config.sampleRate &&
        config.numberOfChannels === first.config.numberOfChannels)
    );
  }

  /** @param startSeconds of the piece, on the lecture's clock */
  async append({ track, fromSeconds }: Sound, startSeconds: number): Promise<void> {
    this.#shiftSeconds ??= -startSeconds;
    const gapSeconds = startSeconds + this.#shiftSeconds - this.#endSeconds;
    if (gapSeconds > LONGEST_GAP_SECONDS) this.#shiftSeconds -= gapSeconds;
    const atSeconds = startSeconds + this.#shiftSeconds - fromSeconds;
    let durationSeconds = 0;
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const timestamp = inMicroseconds(packet.timestamp + atSeconds);
      // The last packet of a WebM file does not say how long it is: as long as the one before.
      durationSeconds = packet.duration || durationSeconds;
      const isShared = timestamp < this.#endSeconds - TOLERANCE_SECONDS;
      if (packet.timestamp < fromSeconds || isShared) continue;
      await this.#source.add(packet.clone({ timestamp, duration: durationSeconds }), {
        decoderConfig: this.#first.config,
      });
      this.#endSeconds = timestamp + durationSeconds;
    }
  }

  /** @returns how long it plays, in milliseconds */
  async finish(): Promise<number> {
    await this.#output.finalize();
    await this.#target.finish();
    return Math.round(this.#endSeconds * 1000);
  }

  async abandon(): Promise<void> {
    await this.#output.cancel().catch(() => undefined);
    await this.#target.abandon().catch(() => undefined);
  }
}

/** Sums of fractions may fall below the sum before; a container refuses that. */
function inMicroseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
