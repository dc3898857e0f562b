// Decodes any audio that the app makes or takes in, block by block so that memory does not grow with
// the audio's sample rate and channels, by WebAssembly decoders from npm: no ffmpeg has to be there.
import { setImmediate as nextTurn } from "node:timers/promises";
import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import {
  ALL_FORMATS,
  AudioSampleSink,
  BufferSource,
  EncodedPacketSink,
  FLAC,
  Input,
  OGG,
  type InputAudioTrack,
} from "mediabunny";
import { MPEGDecoder } from "mpg123-decoder";
import { OpusDecoder } from "opus-decoder";
import { decodeAac } from "./decodeAac.ts";
import { monoBlock, UndecodableAudio, type MonoBlock } from "./monoBlock.ts";
import { Resampler } from "./resample.ts";

export type DecodeOptions = {
  sampleRateHz: number;
  /** Longer audio is refused: it is held in memory while it is transcribed. */
  maxDurationMs: number;
  signal: AbortSignal;
};

/**
 * The audio in `file` as 16-bit mono samples at `options.sampleRateHz`.
 *
 * @throws UndecodableAudio, or the signal's reason
 */
export async function decodeSpeech(
  file: Uint8Array<ArrayBuffer>,
  options: DecodeOptions,
): Promise<Int16Array<ArrayBuffer>> {
  const maxSamples = (options.maxDurationMs / 1000) * options.sampleRateHz;
  const parts: Int16Array[] = [];
  let length = 0;
  for await (const samples of resampled(monoBlocks(file), options.sampleRateHz)) {
    // Decoders work without a pause of their own; this lets the server notice who went away.
    await nextTurn();
    options.signal.throwIfAborted();
    parts.push(toInt16(samples));
    length += samples.length;
    if (length > maxSamples) {
      const minutes = Math.round(options.maxDurationMs / 60_000);
      throw new UndecodableAudio(
        `The audio is too long for one piece. Send at most ${minutes} minutes at once.`,
      );
    }
  }
  if (length === 0) throw new UndecodableAudio("The file has no audio in it.");
  const whole = new Int16Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

async function* resampled(
  blocks: AsyncIterable<MonoBlock>,
  sampleRateHz: number,
): AsyncGenerator<Float32Array> {
  let resampler: { from: number; to: Resampler } | undefined;
  for await (const { samples, sampleRateHz: from } of blocks) {
    if (resampler && resampler.from !== from) {
      yield resampler.to.end();
      resampler = undefined;
    }
    resampler ??= { from, to: new Resampler(from, sampleRateHz) };
    yield resampler.to.push(samples);
  }
  if (resampler) yield resampler.to.end();
}

function toInt16(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32_767);
}

async function* monoBlocks(file: Uint8Array<ArrayBuffer>): AsyncGenerator<MonoBlock> {
  using input = new Input({ source: new BufferSource(file), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (!track) throw new UndecodableAudio("The file has no audio track.");
    yield* await decoderFor(track, file, input);
  } catch (error) {
    if (error instanceof UndecodableAudio) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UndecodableAudio(`The audio could not be decoded: ${reason}`, { cause: error });
  }
}

async function decoderFor(
  track: InputAudioTrack,
  file: Uint8Array<ArrayBuffer>,
  input: Input,
): Promise<AsyncGenerator<MonoBlock>> {
  const container = await input.getFormat();
  const codec = await track.getCodec();
  if (codec === "opus") return decodeOpus(track);
  if (codec === "mp3") return decodePackets(new MPEGDecoder(), track);
  if (codec === "aac") return decodeAac(track);
  if (codec === "flac" && container === FLAC) return decodeStream(new FLACDecoder(), file);
  if (codec === "vorbis" && container === OGG) return decodeStream(new OggVorbisDecoder(), file);
  if (codec?.startsWith("pcm-") || codec === "ulaw" || codec === "alaw") return decodePcm(track);
  throw new UndecodableAudio(
    `This file holds ${codec ?? "unknown"} audio, which can't be decoded here. ` +
      "What works: mp3, m4a and mp4 (AAC), webm and ogg (Opus), ogg (Vorbis), wav, flac.",
  );
}

type Decoded = { channelData: Float32Array[]; samplesDecoded: number; sampleRate: number };

async function* decodeOpus(track: InputAudioTrack): AsyncGenerator<MonoBlock> {
  const config = await track.getDecoderConfig();
  const header = config?.description === undefined ? undefined : bytesOf(config.description);
  // OpusHead (RFC 7845, 5.1): pre-skip in bytes 10 and 11, mapping family in byte 18.
  const preSkip = header && header.length >= 12 ? (header[10] ?? 0) | ((header[11] ?? 0) << 8) : 0;
  if (header && (header[18] ?? 0) !== 0) {
    throw new UndecodableAudio("Opus with more than two channels can't be decoded here.");
  }
  const channels = await track.getNumberOfChannels();
  const decoder = new OpusDecoder({ channels, preSkip });
  yield* decodePackets(
    {
      ready: decoder.ready,
      decode: (packet) => decoder.decodeFrame(packet),
      free: () => decoder.free(),
    },
    track,
  );
}

/** Packets of about 20 ms are put together to blocks of about half a second. */
async function* decodePackets(
  decoder: { ready: Promise<void>; decode(packet: Uint8Array): Decoded; free(): void },
  track: InputAudioTrack,
): AsyncGenerator<MonoBlock> {
  await decoder.ready;
  try {
    let pending: Decoded[] = [];
    let pendingSamples = 0;
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const decoded = decoder.decode(packet.data);
      if (decoded.samplesDecoded === 0) continue;
      pending.push(decoded);
      pendingSamples += decoded.samplesDecoded;
      if (pendingSamples < decoded.sampleRate / 2) continue;
      yield monoBlock(pending, decoded.sampleRate);
      pending = [];
      pendingSamples = 0;
    }
    const last = pending.at(-1);
    if (last) yield monoBlock(pending, last.sampleRate);
  } finally {
    decoder.free();
  }
}

/** For decoders that take a whole file apart by themselves. */
async function* decodeStream(
  decoder: {
    ready: Promise<void>;
    decode(data: Uint8Array): Promise<Decoded>;
    flush(): Promise<Decoded>;
    free(): void;
  },
  file: Uint8Array<ArrayBuffer>,
): AsyncGenerator<MonoBlock> {
  const sliceBytes = 64 * 1024;
  await decoder.ready;
  try {
    for (let start = 0; start < file.length; start += sliceBytes) {
      const decoded = await decoder.decode(file.subarray(start, start + sliceBytes));
      if (decoded.samplesDecoded > 0) yield monoBlock([decoded], decoded.sampleRate);
    }
    const rest = await decoder.flush();
    if (rest.samplesDecoded > 0) yield monoBlock([rest], rest.sampleRate);
  } finally {
    decoder.free();
  }
}

async function* decodePcm(track: InputAudioTrack): AsyncGenerator<MonoBlock> {
  const sampleRateHz = await track.getSampleRate();
  for await (using sample of new AudioSampleSink(track).samples()) {
    const channelData = Array.from({ length: sample.numberOfChannels }, (_, planeIndex) => {
      const plane = new Float32Array(sample.numberOfFrames);
      sample.copyTo(plane, { planeIndex, format: "f32-planar" });
      return plane;
    });
    yield monoBlock([{ channelData, samplesDecoded: sample.numberOfFrames }], sampleRateHz);
  }
}

function bytesOf(data: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
