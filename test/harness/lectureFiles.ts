// Long audio files for tests, made without an encoder: the packets of a short fixture, again and again, in a container
// of the same kind. Where a second repeats is known, so a lost, doubled or moved piece still shows.
import { readFile } from "node:fs/promises";
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  Mp3OutputFormat,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from "mediabunny";

export type FileKind = "mp3" | "m4a" | "webm";

/** The fixtures hold the seconds 0 to 60 of the signal (test/browser/signal.ts). */
export const FIXTURE_SECONDS = 61;

/** A file of `repeats` times 61 s. */
export async function longAudioFile(kind: FileKind, repeats: number): Promise<Buffer> {
  const bytes = await readFile(new URL(`../fixtures/audio/signal.${kind}`, import.meta.url));
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  const codec = await track?.getCodec();
  const config = await track?.getDecoderConfig();
  if (!track || !codec || !config) throw new Error(`signal.${kind} holds no audio.`);
  const target = new BufferTarget();
  const output = new Output({ format: formatOf(kind), target });
  const source = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(source);
  await output.start();
  for (let round = 0; round < repeats; round += 1) {
    for await (const packet of new EncodedPacketSink(track).packets()) {
      // What lies before zero is the encoder's lead-in; a second copy in the middle would shift everything.
      if (packet.timestamp < 0 || packet.timestamp >= FIXTURE_SECONDS) continue;
      const timestamp = packet.timestamp + round * FIXTURE_SECONDS;
      await source.add(packet.clone({ timestamp }), { decoderConfig: config });
    }
  }
  await output.finalize();
  if (!target.buffer) throw new Error("The file was not written.");
  return Buffer.from(target.buffer);
}

function formatOf(kind: FileKind) {
  switch (kind) {
    case "mp3":
      return new Mp3OutputFormat();
    case "m4a":
      return new Mp4OutputFormat();
    case "webm":
      return new WebMOutputFormat();
  }
}

/** A WebM video of one second without any sound track. */
export async function silentVideo(): Promise<Buffer> {
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const source = new EncodedVideoPacketSource("vp8");
  output.addVideoTrack(source, { frameRate: 1 });
  await output.start();
  const decoderConfig = { codec: "vp8", codedWidth: 64, codedHeight: 64 };
  for (const second of [0, 1]) {
    // A key frame's header is all that a container looks at.
    const frame = Uint8Array.from([
      0x10,
      0,
      0,
      0x9d,
      0x01,
      0x2a,
      64,
      0,
      64,
      0,
      ...new Array<number>(32).fill(0),
    ]);
    await source.add(new EncodedPacket(frame, "key", second, 1), { decoderConfig });
  }
  await output.finalize();
  if (!target.buffer) throw new Error("The file was not written.");
  return Buffer.from(target.buffer);
}
