import { readFileSync } from "node:fs";
import {
  ADTS,
  AdtsOutputFormat,
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  Input,
  MkvOutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
} from "mediabunny";
import { describe, expect, it } from "vitest";
import { secondsHeard, signalSamples, signalWav, wavFile } from "../test/browser/signal.ts";
import { decodeSpeech } from "./decode.ts";
import { UndecodableAudio } from "./monoBlock.ts";

const sampleRateHz = 16_000;

function fixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../test/fixtures/audio/${name}`, import.meta.url)));
}

function decode(
  bytes: Uint8Array<ArrayBuffer>,
  options: Partial<Parameters<typeof decodeSpeech>[1]> = {},
) {
  const { signal } = new AbortController();
  return decodeSpeech(bytes, { sampleRateHz, maxDurationMs: 600_000, signal, ...options });
}

/** Which of the signal's seconds are in the audio, and how far each is from where it should be. */
async function heardIn(bytes: Uint8Array<ArrayBuffer>) {
  const samples = Float32Array.from(await decode(bytes), (sample) => sample / 32_768);
  const heard = secondsHeard(samples, sampleRateHz);
  return {
    seconds: heard.map(({ second }) => second),
    largestShiftMs: Math.max(
      ...heard.map(({ second, fromMs }) => Math.abs(fromMs - second * 1000)),
    ),
  };
}

/** The same packets in another container. */
async function remuxed(
  bytes: Uint8Array<ArrayBuffer>,
  format: OutputFormat,
): Promise<Uint8Array<ArrayBuffer>> {
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  const codec = await track?.getCodec();
  const decoderConfig = await track?.getDecoderConfig();
  if (!track || !codec || !decoderConfig) throw new Error("The fixture has no audio.");
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const source = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(source);
  await output.start();
  for await (const packet of new EncodedPacketSink(track).packets()) {
    await source.add(packet, { decoderConfig });
  }
  await output.finalize();
  return new Uint8Array(target.buffer ?? new ArrayBuffer());
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

const aac = await import("node-web-audio-api").then(
  () => true,
  () => false,
);

describe("audio as the app makes it", () => {
  it.each([
    ["signal.webm", 61],
    ["signal.mp3", 61],
    ["signal.flac", 3],
  ])("decodes %s: every second in its place", async (name, seconds) => {
    const heard = await heardIn(fixture(name));
    expect(heard.seconds).toEqual(upTo(seconds));
    // MP3 files begin with up to 50 ms of the encoder's own delay.
    expect(heard.largestShiftMs).toBeLessThan(60);
  });

  it("decodes Opus in Ogg", async () => {
    const heard = await heardIn(await remuxed(fixture("signal.webm"), new OggOutputFormat()));
    expect(heard.seconds).toEqual(upTo(61));
  });

  it("decodes wav, with one channel or two, at any sample rate", async () => {
    const mono = await heardIn(signalWav({ seconds: 5, sampleRateHz: 44_100 }));
    expect(mono.seconds).toEqual(upTo(5));
    const stereo = await decode(stereoWav(signalSamples({ seconds: 2, sampleRateHz: 48_000 })));
    expect(stereo.length).toBe(2 * sampleRateHz);
  });

  it.runIf(aac)("decodes AAC in mp4, and without a container, with no seam", async () => {
    const inMp4 = await heardIn(fixture("signal.m4a"));
    expect(inMp4.seconds).toEqual(upTo(61));
    expect(inMp4.largestShiftMs).toBeLessThan(60);
    const adts = await remuxed(fixture("signal.m4a"), new AdtsOutputFormat());
    using input = new Input({ source: new BufferSource(adts), formats: ALL_FORMATS });
    expect(await input.getFormat()).toBe(ADTS);
    expect((await heardIn(adts)).seconds).toEqual(upTo(61));
  });
  it.runIf(!aac)("says what AAC needs on this machine", async () => {
    await expect(decode(fixture("signal.m4a"))).rejects.toThrow(/libasound2/u);
  });
});

describe("what is no audio that can be decoded", () => {
  const refused = async (bytes: Uint8Array<ArrayBuffer>) => {
    const error: unknown = await decode(bytes).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UndecodableAudio);
    return error instanceof Error ? error.message : "";
  };

  it("is refused with a sentence", async () => {
    expect(await refused(new TextEncoder().encode("These are notes, not audio."))).toMatch(
      /audio/u,
    );
    expect(await refused(new Uint8Array())).toMatch(/audio/u);
    expect(await refused(wavFile(new Float32Array(), 16_000))).toBe("The file has no audio in it.");
    const inMatroska = await remuxed(fixture("signal.flac"), new MkvOutputFormat());
    expect(await refused(inMatroska)).toMatch(
      /flac audio, which can't be decoded here. What works/u,
    );
  });

  it("is refused when it is longer than memory should hold", async () => {
    await expect(decode(fixture("signal.webm"), { maxDurationMs: 60_000 })).rejects.toThrow(
      "too long for one piece. Send at most 1 minutes",
    );
  });

  it("is given up when nobody wants it any more", async () => {
    const gone = new AbortController();
    const decoding = decode(fixture("signal.webm"), { signal: gone.signal });
    gone.abort(new Error("gone"));
    await expect(decoding).rejects.toThrow("gone");
  });
});

/** Two equal channels: each sample of a mono file twice, and the header's figures to match. */
function stereoWav(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const doubled = Float32Array.from({ length: 2 * samples.length }, (_, i) => samples[i >> 1] ?? 0);
  const bytes = wavFile(doubled, 48_000);
  const view = new DataView(bytes.buffer);
  view.setUint16(22, 2, true); // channels
  view.setUint32(28, 48_000 * 4, true); // bytes a second
  view.setUint16(32, 4, true); // bytes a frame
  return bytes;
}
