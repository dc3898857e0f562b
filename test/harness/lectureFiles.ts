// Long audio files for tests, made without an encoder: the packets of a short fixture, again and again, in a container
// of the same kind. Where a second repeats is known, so a lost, doubled or moved piece still shows.
import { readFile } from "node:fs/promises";
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
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
