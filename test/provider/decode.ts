/**
 * Turns any audio that the app uploads into samples, with no ffmpeg on the machine: Opus and MP3 by decoders in
 * WebAssembly, PCM directly, and AAC, FLAC and Vorbis by the tests' own Chromium.
 */
import {
  ALL_FORMATS,
  AudioSampleSink,
  BufferSource,
  EncodedPacketSink,
  Input,
  type InputAudioTrack,
} from "mediabunny";
import { MPEGDecoder } from "mpg123-decoder";
import { OpusDecoder } from "opus-decoder";
import { decodeInBrowser } from "./decodeInBrowser.ts";

export type DecodedAudio = {
  sampleRateHz: number;
  /** The first channel. */
  pcm: Float32Array;
};

/**
 * @param mimeType only a hint for the message when it fails; the bytes decide
 * @throws when the bytes are no audio that decodes
 */
export async function decodeAudio(bytes: Uint8Array, mimeType: string): Promise<DecodedAudio> {
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  if (!track) throw new Error(`There is no audio in these ${bytes.length} bytes of ${mimeType}.`);
  const codec = await track.getCodec();
  if (codec === "opus") return await decodeOpus(track);
  if (codec === "mp3") return decodeMp3(bytes);
  if (codec?.startsWith("pcm-")) return await decodePcm(track);
  return decodeInBrowser(bytes);
}

async function decodeOpus(track: InputAudioTrack): Promise<DecodedAudio> {
  const config = await track.getDecoderConfig();
  const channels = await track.getNumberOfChannels();
  if (channels > 2) throw new Error("Opus with more than two channels is not used here.");
  const decoder = new OpusDecoder({ channels, preSkip: preSkip(config) });
  await decoder.ready;
  try {
    const parts: Float32Array[] = [];
    for await (const packet of new EncodedPacketSink(track).packets()) {
      parts.push(decoder.decodeFrame(packet.data).channelData[0] ?? new Float32Array());
    }
    return { sampleRateHz: 48_000, pcm: concatenate(parts) };
  } finally {
    decoder.free();
  }
}

/** The samples at the start of an Opus stream that only warm the decoder up: bytes 10 and 11 of its header. */
function preSkip(config: AudioDecoderConfig | null): number {
  const description = config?.description;
  if (!description) return 0;
  const header = ArrayBuffer.isView(description)
    ? new DataView(description.buffer, description.byteOffset, description.byteLength)
    : new DataView(description);
  return header.byteLength >= 12 ? header.getUint16(10, true) : 0;
}

async function decodeMp3(bytes: Uint8Array): Promise<DecodedAudio> {
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    const { channelData, sampleRate } = decoder.decode(bytes);
    if (!channelData[0] || channelData[0].length === 0)
      throw new Error("This MP3 does not decode.");
    return { sampleRateHz: sampleRate, pcm: channelData[0] };
  } finally {
    decoder.free();
  }
}

async function decodePcm(track: InputAudioTrack): Promise<DecodedAudio> {
  const parts: Float32Array[] = [];
  for await (const sample of new AudioSampleSink(track).samples()) {
    const part = new Float32Array(sample.numberOfFrames);
    sample.copyTo(part, { planeIndex: 0, format: "f32-planar" });
    sample.close();
    parts.push(part);
  }
  return { sampleRateHz: await track.getSampleRate(), pcm: concatenate(parts) };
}

function concatenate(parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
