/** Makes lecture files of any length out of the fixtures, by repeating their packets: no encoder, nothing to install. */
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import {
  ALL_FORMATS,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathSource,
  FilePathTarget,
  Input,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from "mediabunny";
import { signalSamples } from "../signal.ts";

/** How much of a fixture is repeated: its first minute. */
const PERIOD_SECONDS = 60;
const WAV_SAMPLE_RATE_HZ = 48_000;

export type MadeFormat = "mp3" | "m4a" | "webm" | "mp4 video" | "wav";

/** Writes a file that lasts (nearly) `seconds`. Its words are those of the fixture's first minute, over and over. */
export async function makeFile(path: string, format: MadeFormat, seconds: number): Promise<void> {
  switch (format) {
    case "mp3":
      return makeMp3(path, seconds);
    case "wav":
      return makeWav(path, seconds);
    case "m4a":
      return makeWithContainer(path, "m4a", seconds, { video: false });
    case "mp4 video":
      return makeWithContainer(path, "m4a", seconds, { video: true });
    case "webm":
      return makeWithContainer(path, "webm", seconds, { video: false });
    default:
      return format satisfies never;
  }
}

/** A video whose only track is pictures. */
export async function makeSilentVideo(path: string): Promise<void> {
  const output = new Output({ format: new Mp4OutputFormat(), target: new FilePathTarget(path) });
  const video = new EncodedVideoPacketSource("vp9");
  output.addVideoTrack(video);
  await output.start();
  await addPictures(video, 0, 10);
  await output.finalize();
}

/** An MP3 file is its frames, one after the other. */
async function makeMp3(path: string, seconds: number): Promise<void> {
  const packets = await fixturePackets("mp3");
  const frames = Buffer.concat(packets.map((packet) => packet.data));
  await writeRepeated(path, Buffer.alloc(0), frames, Math.round(seconds / PERIOD_SECONDS));
}

async function makeWav(path: string, seconds: number): Promise<void> {
  const samples = signalSamples({ seconds: PERIOD_SECONDS, sampleRateHz: WAV_SAMPLE_RATE_HZ });
  const pcm = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, i) => pcm.writeInt16LE(Math.round(sample * 32_767), i * 2));
  const times = Math.round(seconds / PERIOD_SECONDS);
  await writeRepeated(path, wavHeader(pcm.length * times), pcm, times);
}

function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(WAV_SAMPLE_RATE_HZ, 24);
  header.writeUInt32LE(WAV_SAMPLE_RATE_HZ * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

async function writeRepeated(
  path: string,
  head: Buffer,
  part: Buffer,
  times: number,
): Promise<void> {
  await pipeline(function* () {
    yield head;
    for (let i = 0; i < times; i++) yield part;
  }, createWriteStream(path));
}

async function makeWithContainer(
  path: string,
  fixture: "m4a" | "webm",
  seconds: number,
  options: { video: boolean },
): Promise<void> {
  const packets = await fixturePackets(fixture);
  const first = packets[0];
  const last = packets.at(-1);
  if (!first || !last) throw new Error(`The fixture ${fixture} holds no packets.`);
  const periodSeconds = last.timestamp + last.duration - first.timestamp;
  const output = new Output({
    format: fixture === "webm" ? new WebMOutputFormat() : new Mp4OutputFormat(),
    target: new FilePathTarget(path),
  });
  const audio = new EncodedAudioPacketSource(fixture === "webm" ? "opus" : "aac");
  const video = options.video ? new EncodedVideoPacketSource("vp9") : undefined;
  if (video) output.addVideoTrack(video);
  output.addAudioTrack(audio);
  await output.start();
  const meta = { decoderConfig: (await fixtureConfig(fixture)) ?? undefined };
  for (let round = 0; round < Math.round(seconds / periodSeconds); round++) {
    const atSeconds = round * periodSeconds;
    if (video) await addPictures(video, atSeconds, periodSeconds);
    for (const packet of packets) {
      const timestamp = inMicroseconds(packet.timestamp - first.timestamp + atSeconds);
      await audio.add(packet.clone({ timestamp }), meta);
    }
  }
  await output.finalize();
}

/** Sums of fractions may fall below the sum before; a container refuses that. */
function inMicroseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

/** A picture a second: bytes that nobody looks at, as many as a small video has. */
async function addPictures(
  video: EncodedVideoPacketSource,
  fromSeconds: number,
  seconds: number,
): Promise<void> {
  const picture = new Uint8Array(20_000).fill(7);
  const meta = { decoderConfig: { codec: "vp09.00.10.08", codedWidth: 640, codedHeight: 360 } };
  for (let second = 0; second < Math.floor(seconds); second++) {
    await video.add(new EncodedPacket(picture, "key", fromSeconds + second, 1), meta);
  }
}

async function fixturePackets(fixture: "mp3" | "m4a" | "webm"): Promise<EncodedPacket[]> {
  using input = openFixture(fixture);
  const track = await input.getPrimaryAudioTrack();
  if (!track) throw new Error(`The fixture ${fixture} has no sound.`);
  const packets: EncodedPacket[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) {
    if (packet.timestamp + packet.duration > PERIOD_SECONDS) break;
    packets.push(packet);
  }
  return packets;
}

async function fixtureConfig(fixture: "m4a" | "webm"): Promise<AudioDecoderConfig | null> {
  using input = openFixture(fixture);
  const track = await input.getPrimaryAudioTrack();
  return track ? track.getDecoderConfig() : null;
}

function openFixture(fixture: string): Input {
  return new Input({ source: new FilePathSource(fixturePath(fixture)), formats: ALL_FORMATS });
}

/** The committed minute of signal in a format. */
export function fixturePath(format: string): string {
  return fileURLToPath(new URL(`../../fixtures/audio/signal.${format}`, import.meta.url));
}
