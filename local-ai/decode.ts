// Decodes any audio that the app makes or takes in to 16 kHz mono, with WebAssembly decoders from npm
// so that no ffmpeg has to be on the machine. AAC alone needs a native package (see `decodeAac`).
import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import {
  ADTS,
  ALL_FORMATS,
  AdtsOutputFormat,
  AudioSampleSink,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  FLAC,
  Input,
  OGG,
  Output,
  type InputAudioTrack,
} from "mediabunny";
import { MPEGDecoder } from "mpg123-decoder";
import { OpusDecoder } from "opus-decoder";
import { resample } from "./resample.ts";

/** The bytes are no audio that can be decoded; `message` is a sentence about why. */
export class UndecodableAudio extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UndecodableAudio";
  }
}

export type MonoAudio = { samples: Float32Array; sampleRateHz: number };

/** The audio in `file`, mono, at its own sample rate. @throws UndecodableAudio */
export async function decodeAudio(file: Uint8Array<ArrayBuffer>): Promise<MonoAudio> {
  const input = new Input({ source: new BufferSource(file), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (!track) throw new UndecodableAudio("The file has no audio track.");
    const container = await input.getFormat();
    switch (track.codec) {
      case "opus":
        return await decodeOpus(track);
      case "mp3":
        return await decodeMp3(track);
      case "aac":
        return await decodeAac(container === ADTS ? file : await asAdts(track));
      case "flac":
        if (container !== FLAC) break;
        return await decodeWhole(new FLACDecoder(), file);
      case "vorbis":
        if (container !== OGG) break;
        return await decodeWhole(new OggVorbisDecoder(), file);
      case null:
        break;
      default:
        if (track.codec.startsWith("pcm-") || track.codec === "ulaw" || track.codec === "alaw") {
          return await decodePcm(track);
        }
    }
    throw new UndecodableAudio(`Audio of the kind "${track.codec ?? "unknown"}" in this file can't be decoded here.`);
  } catch (error) {
    if (error instanceof UndecodableAudio) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UndecodableAudio(`The audio could not be decoded: ${reason}`, { cause: error });
  } finally {
    input.dispose();
  }
}

/** The audio in `file` as 16-bit mono samples at `sampleRateHz`. @throws UndecodableAudio */
export async function decodeSpeech(
  file: Uint8Array<ArrayBuffer>,
  sampleRateHz: number,
): Promise<Int16Array<ArrayBuffer>> {
  const audio = await decodeAudio(file);
  const samples = resample(audio.samples, audio.sampleRateHz, sampleRateHz);
  const pcm = new Int16Array(samples.length);
  for (let i = 0; i < pcm.length; i += 1) {
    pcm[i] = Math.max(-1, Math.min(1, samples[i] ?? 0)) * 32_767;
  }
  return pcm;
}

async function decodeOpus(track: InputAudioTrack): Promise<MonoAudio> {
  const config = await track.getDecoderConfig();
  const header = config?.description === undefined ? undefined : bytesOf(config.description);
  // OpusHead (RFC 7845, 5.1): channels in byte 9, pre-skip in bytes 10 and 11, mapping family in byte 18.
  const preSkip = header && header.length >= 12 ? (header[10] ?? 0) | ((header[11] ?? 0) << 8) : 0;
  if (header && (header[18] ?? 0) !== 0) {
    throw new UndecodableAudio("Opus with more than two channels can't be decoded here.");
  }
  const decoder = new OpusDecoder({ channels: track.numberOfChannels, preSkip });
  return collect(track, decoder, (packet) => decoder.decodeFrame(packet));
}

async function decodeMp3(track: InputAudioTrack): Promise<MonoAudio> {
  const decoder = new MPEGDecoder();
  return collect(track, decoder, (packet) => decoder.decode(packet));
}

type Decoded = { channelData: Float32Array[]; samplesDecoded: number; sampleRate: number };

async function collect(
  track: InputAudioTrack,
  decoder: { ready: Promise<void>; free(): void },
  decode: (packet: Uint8Array) => Decoded,
): Promise<MonoAudio> {
  await decoder.ready;
  const parts: Float32Array[] = [];
  let sampleRateHz = 0;
  try {
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const decoded = decode(packet.data);
      if (decoded.samplesDecoded === 0) continue;
      sampleRateHz = decoded.sampleRate;
      parts.push(mono(decoded));
    }
  } finally {
    decoder.free();
  }
  return joined(parts, sampleRateHz);
}

async function decodeWhole(
  decoder: { ready: Promise<void>; free(): void; decodeFile(file: Uint8Array): Promise<Decoded> },
  file: Uint8Array,
): Promise<MonoAudio> {
  await decoder.ready;
  try {
    const decoded = await decoder.decodeFile(file);
    return joined([mono(decoded)], decoded.sampleRate);
  } finally {
    decoder.free();
  }
}

async function decodePcm(track: InputAudioTrack): Promise<MonoAudio> {
  const parts: Float32Array[] = [];
  for await (const sample of new AudioSampleSink(track).samples()) {
    const channelData = Array.from({ length: sample.numberOfChannels }, (_, planeIndex) => {
      const plane = new Float32Array(sample.numberOfFrames);
      sample.copyTo(plane, { planeIndex, format: "f32-planar" });
      return plane;
    });
    parts.push(mono({ channelData, samplesDecoded: sample.numberOfFrames, sampleRate: 0 }));
    sample.close();
  }
  return joined(parts, track.sampleRate);
}

/** AAC packets with an ADTS header each: a form that needs no index, so it can be decoded from memory. */
async function asAdts(track: InputAudioTrack): Promise<Uint8Array<ArrayBuffer>> {
  const target = new BufferTarget();
  const output = new Output({ format: new AdtsOutputFormat(), target });
  const source = new EncodedAudioPacketSource("aac");
  output.addAudioTrack(source);
  await output.start();
  const decoderConfig = await track.getDecoderConfig();
  let first = true;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    await source.add(packet, first && decoderConfig ? { decoderConfig } : undefined);
    first = false;
  }
  await output.finalize();
  if (!target.buffer) throw new UndecodableAudio("The file has no audio in it.");
  return new Uint8Array(target.buffer);
}

/**
 * AAC has no permissively licensed WebAssembly decoder on npm; `node-web-audio-api` brings Symphonia's
 * as a native module. On Linux it needs ALSA's library, which small servers often lack.
 */
async function decodeAac(adts: Uint8Array<ArrayBuffer>): Promise<MonoAudio> {
  let webAudio: typeof import("node-web-audio-api");
  try {
    webAudio = await import("node-web-audio-api");
  } catch (error) {
    throw new UndecodableAudio(
      "AAC audio (m4a, mp4) can't be decoded on this machine: the package node-web-audio-api did not load. " +
        "On Debian or Ubuntu, install libasound2.",
      { cause: error },
    );
  }
  const sampleRateHz = 48_000;
  const context = new webAudio.OfflineAudioContext(1, 1, sampleRateHz);
  const whole = adts.buffer.slice(adts.byteOffset, adts.byteOffset + adts.byteLength);
  const buffer = await context.decodeAudioData(whole);
  const channelData = Array.from({ length: buffer.numberOfChannels }, (_, channel) =>
    buffer.getChannelData(channel),
  );
  const decoded = { channelData, samplesDecoded: buffer.length, sampleRate: sampleRateHz };
  return joined([mono(decoded)], sampleRateHz);
}

function mono({ channelData, samplesDecoded }: Decoded): Float32Array {
  const [first, ...others] = channelData;
  if (!first) return new Float32Array(0);
  if (others.length === 0) return first.subarray(0, samplesDecoded);
  const mixed = new Float32Array(samplesDecoded);
  for (const channel of channelData) {
    for (let i = 0; i < samplesDecoded; i += 1) {
      mixed[i] = (mixed[i] ?? 0) + (channel[i] ?? 0) / channelData.length;
    }
  }
  return mixed;
}

function joined(parts: Float32Array[], sampleRateHz: number): MonoAudio {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length === 0) throw new UndecodableAudio("The file has no audio in it.");
  const samples = new Float32Array(length);
  let offset = 0;
  for (const part of parts) {
    samples.set(part, offset);
    offset += part.length;
  }
  return { samples, sampleRateHz };
}

function bytesOf(data: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
