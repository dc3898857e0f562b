/**
 * Cuts a file's sound into pieces that decode alone: by copying packets where the sound is compressed already, by
 * encoding it where it is not. Never more than one piece is in memory.
 */
import {
  AudioSampleSink,
  AudioSampleSource,
  BufferTarget,
  EncodedAudioPacketSource,
  FlacOutputFormat,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  Quality,
  WavOutputFormat,
  WebMOutputFormat,
  type AudioEncodingConfig,
  type AudioSample,
  type AudioSource,
  type EncodedPacket,
  type OutputFormat,
} from "mediabunny";
import type { Sound } from "../../../domain/sound.ts";
import { peakOf, SoundMeter } from "../soundMeter.ts";
import { ENCODED_BITS_PER_SECOND, type AudioFile } from "./audioFile.ts";
import { nearestPause, type Loudness } from "./pauses.ts";
import { CUT_LEEWAY_MS, MAX_PIECE_BYTES, nextCutMs, type PieceFormat } from "./plan.ts";

export type CutPiece = {
  index: number;
  /** From the beginning of the file's sound. */
  startMs: number;
  durationMs: number;
  mimeType: string;
  /** Known where the sound had to be decoded. */
  sound?: Sound;
  bytes: ArrayBuffer;
};

/** Where to go on in a file that was cut in part. */
export type CutPosition = { index: number; startMs: number };

/** The pieces in order; the next one is made when it is asked for. */
export async function* cutAudioFile(
  file: AudioFile,
  from: CutPosition = { index: 0, startMs: 0 },
): AsyncGenerator<CutPiece, void, void> {
  const { firstMs, endMs } = file;
  let { index } = from;
  let startMs = firstMs + from.startMs;
  while (startMs < endMs - 1) {
    const wantedMs = nextCutMs(startMs, endMs, file.pieceMs);
    const stopMs = wantedMs === undefined ? Infinity : await placeCut(file, wantedMs);
    const piece =
      file.format.kind === "copy"
        ? await copyPackets(file, startMs, stopMs)
        : await encodeSamples(file, startMs, Math.min(stopMs, endMs));
    if (!piece) return;
    const { bytes, endsMs, sound } = piece;
    yield {
      index,
      startMs: startMs - firstMs,
      durationMs: endsMs - startMs,
      mimeType: file.format.mimeType,
      ...(sound ? { sound } : {}),
      bytes,
    };
    startMs = endsMs;
    index++;
  }
}

type Written = { bytes: ArrayBuffer; endsMs: number; sound?: Sound | undefined };

async function copyPackets(
  file: AudioFile,
  startMs: number,
  stopMs: number,
): Promise<Written | undefined> {
  const codec = await file.track.getCodec();
  const decoderConfig = await file.track.getDecoderConfig();
  const first = await packetFrom(file, startMs);
  if (!codec || !decoderConfig || !first) return undefined;
  const source = new EncodedAudioPacketSource(codec);
  const output = await openOutput(file.format, source);
  let sizeBytes = 0;
  let endsSeconds = first.timestamp;
  for await (const packet of file.packets.packets(first)) {
    // Packets are not divided: the cut falls between two, at most 120 ms from the place that was wanted.
    if (packet.timestamp * 1000 >= stopMs || sizeBytes > MAX_PIECE_BYTES) break;
    await source.add(packet.clone({ timestamp: packet.timestamp - first.timestamp }), {
      decoderConfig,
    });
    sizeBytes += packet.byteLength;
    endsSeconds = packet.timestamp + packet.duration;
  }
  return { bytes: await finish(output), endsMs: endsSeconds * 1000 };
}

/** The first packet that starts at or after a moment; half a millisecond is for rounding. */
async function packetFrom(file: AudioFile, startMs: number): Promise<EncodedPacket | null> {
  const earliest = (startMs - 0.5) / 1000;
  const packet =
    (await file.packets.getPacket(startMs / 1000)) ?? (await file.packets.getFirstPacket());
  if (!packet || packet.timestamp >= earliest) return packet;
  return file.packets.getNextPacket(packet);
}

async function encodeSamples(
  file: AudioFile,
  startMs: number,
  stopMs: number,
): Promise<Written | undefined> {
  const source = new AudioSampleSource({
    codec: "opus",
    quality: new Quality({ bitrate: ENCODED_BITS_PER_SECOND }),
    ...(await asEncoded(file)),
  });
  const output = await openOutput(file.format, source);
  let endsMs = startMs;
  const meter = new SoundMeter("encoder");
  const sink = new AudioSampleSink(file.track);
  for await (const sample of sink.samples(startMs / 1000, stopMs / 1000)) {
    // The samples at the edges reach over them.
    const atMs = sample.timestamp * 1000;
    const framesPerMs = sample.sampleRate / 1000;
    const firstFrame = Math.max(0, Math.round((startMs - atMs) * framesPerMs));
    const endFrame = Math.min(sample.numberOfFrames, Math.round((stopMs - atMs) * framesPerMs));
    if (firstFrame < endFrame) {
      using part = sample.trim(firstFrame, endFrame);
      part.setTimestamp(Math.max(0, (atMs - startMs) / 1000 + firstFrame / sample.sampleRate));
      meter.push(loudestOf(part), (part.numberOfFrames / part.sampleRate) * 1000);
      await source.add(part);
      endsMs = atMs + endFrame / framesPerMs;
    }
    sample.close();
  }
  if (endsMs === startMs) {
    await output.cancel();
    return undefined;
  }
  return { bytes: await finish(output), endsMs, sound: meter.sound };
}

/** Mono at 48 kHz, which is what Opus is made for. Sound that is so already is spared a pass over every sample. */
async function asEncoded({ track }: AudioFile): Promise<Pick<AudioEncodingConfig, "transform">> {
  const numberOfChannels = await track.getNumberOfChannels();
  const sampleRate = await track.getSampleRate();
  if (numberOfChannels === 1 && sampleRate === 48_000) return {};
  return { transform: { numberOfChannels: 1, sampleRate: 48_000 } };
}

/** The largest sample of all channels, before they are mixed into one. */
function loudestOf(part: AudioSample): number {
  const samples = roomFor(part.numberOfFrames);
  let peak = 0;
  for (let planeIndex = 0; planeIndex < part.numberOfChannels; planeIndex += 1) {
    part.copyTo(samples, { planeIndex, format: "f32-planar" });
    peak = Math.max(peak, peakOf(samples));
  }
  return peak;
}

/** The place for a cut: the nearest pause where this browser can listen, otherwise where it was wanted. */
async function placeCut(file: AudioFile, wantedMs: number): Promise<number> {
  if (!(await file.track.canDecode())) return wantedMs;
  try {
    const levels = await loudness(file, wantedMs - CUT_LEEWAY_MS, wantedMs + CUT_LEEWAY_MS);
    return nearestPause(levels, wantedMs) ?? wantedMs;
  } catch {
    // A damaged spot: the cut may fall anywhere around it.
    return wantedMs;
  }
}

let room = new Float32Array(0);

/** The same memory again and again: a file has hundreds of thousands of samples to look at. */
function roomFor(frameCount: number): Float32Array<ArrayBuffer> {
  if (room.length < frameCount) room = new Float32Array(frameCount);
  return room.subarray(0, frameCount);
}

const LOUDNESS_STEP_SECONDS = 0.02;

async function loudness(file: AudioFile, fromMs: number, toMs: number): Promise<Loudness[]> {
  const levels: Loudness[] = [];
  const sink = new AudioSampleSink(file.track);
  for await (const sample of sink.samples(fromMs / 1000, toMs / 1000)) {
    const samples = roomFor(sample.numberOfFrames);
    sample.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
    const step = Math.max(1, Math.round(sample.sampleRate * LOUDNESS_STEP_SECONDS));
    for (let at = 0; at < samples.length; at += step) {
      const stretch = samples.subarray(at, at + step);
      const atMs = (sample.timestamp + at / sample.sampleRate) * 1000;
      levels.push({ atMs, rms: rootMeanSquare(stretch) });
    }
    sample.close();
  }
  return levels;
}

function rootMeanSquare(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

async function openOutput(
  format: PieceFormat,
  source: AudioSource,
): Promise<Output<OutputFormat, BufferTarget>> {
  const output = new Output({ format: outputFormat(format.container), target: new BufferTarget() });
  output.addAudioTrack(source);
  await output.start();
  return output;
}

function outputFormat(container: PieceFormat["container"]): OutputFormat {
  switch (container) {
    case "mp3":
      return new Mp3OutputFormat();
    case "mp4":
      return new Mp4OutputFormat({ fastStart: "in-memory" });
    case "webm":
      return new WebMOutputFormat();
    case "ogg":
      return new OggOutputFormat();
    case "flac":
      return new FlacOutputFormat();
    case "wav":
      return new WavOutputFormat();
    default:
      return container satisfies never;
  }
}

async function finish(output: Output<OutputFormat, BufferTarget>): Promise<ArrayBuffer> {
  await output.finalize();
  const bytes = output.target.buffer;
  if (!bytes) throw new Error("The piece was not written.");
  return bytes;
}
