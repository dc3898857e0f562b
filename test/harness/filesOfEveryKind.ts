// Short files of every kind that the app says it takes, made from the fixtures' packets: no encoder, nothing to install.
import { readFile } from "node:fs/promises";
import {
  AdtsOutputFormat,
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  FlacOutputFormat,
  Input,
  MkvOutputFormat,
  MovOutputFormat,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  WebMOutputFormat,
  type OutputFormat,
} from "mediabunny";
import { signalWav } from "../browser/signal.ts";

const SECONDS = 5;

const containers: Record<string, { fixture: string; format: () => OutputFormat }> = {
  ".mp3": { fixture: "mp3", format: () => new Mp3OutputFormat() },
  ".m4a": { fixture: "m4a", format: () => new Mp4OutputFormat() },
  ".m4b": { fixture: "m4a", format: () => new Mp4OutputFormat() },
  ".mp4": { fixture: "m4a", format: () => new Mp4OutputFormat() },
  ".m4v": { fixture: "m4a", format: () => new Mp4OutputFormat() },
  ".mov": { fixture: "m4a", format: () => new MovOutputFormat() },
  ".aac": { fixture: "m4a", format: () => new AdtsOutputFormat() },
  ".flac": { fixture: "flac", format: () => new FlacOutputFormat() },
  ".ogg": { fixture: "webm", format: () => new OggOutputFormat() },
  ".oga": { fixture: "webm", format: () => new OggOutputFormat() },
  ".opus": { fixture: "webm", format: () => new OggOutputFormat() },
  ".weba": { fixture: "webm", format: () => new WebMOutputFormat() },
  ".webm": { fixture: "webm", format: () => new WebMOutputFormat() },
  ".mkv": { fixture: "webm", format: () => new MkvOutputFormat() },
};

const sentence = "A candle is a light made of tallow, wax or oil around a wick.";

const texts: Record<string, string> = {
  ".vtt": `WEBVTT\n\n00:00.000 --> 00:05.000\n${sentence}\n`,
  ".srt": `1\n00:00:00,000 --> 00:00:05,000\n${sentence}\n`,
  ".txt": sentence,
  ".md": `# Candles\n\n${sentence}\n`,
};

/**
 * Five seconds of sound, or a sentence of text.
 * @param ending with its dot: ".m4a"
 */
export async function fileOfKind(ending: string): Promise<Uint8Array> {
  const text = texts[ending];
  if (text !== undefined) return new TextEncoder().encode(text);
  if (ending === ".wav") return signalWav({ seconds: SECONDS });
  const container = containers[ending];
  if (!container) throw new Error(`Nobody knows here how to make a ${ending} file.`);
  return beginningOf(container.fixture, container.format());
}

async function beginningOf(fixture: string, format: OutputFormat): Promise<Uint8Array> {
  const bytes = await readFile(new URL(`../fixtures/audio/signal.${fixture}`, import.meta.url));
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  const codec = await track?.getCodec();
  const decoderConfig = await track?.getDecoderConfig();
  if (!track || !codec || !decoderConfig) throw new Error(`signal.${fixture} holds no audio.`);
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const source = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(source);
  await output.start();
  for await (const packet of new EncodedPacketSink(track).packets()) {
    if (packet.timestamp >= SECONDS) break;
    if (packet.timestamp >= 0) await source.add(packet, { decoderConfig });
  }
  await output.finalize();
  if (!target.buffer) throw new Error("The file was not written.");
  return new Uint8Array(target.buffer);
}
