// Decodes AAC (m4a, mp4, mov, aac). npm has no permissively licensed WebAssembly decoder for it;
// node-web-audio-api brings Symphonia's as a native module, which on Linux needs ALSA's library.
import {
  AdtsOutputFormat,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  Output,
  type EncodedPacket,
  type InputAudioTrack,
} from "mediabunny";
import type * as WebAudio from "node-web-audio-api";
import { monoBlock, UndecodableAudio, type MonoBlock } from "./monoBlock.ts";

/** Packets decoded at once: about 20 s, so that memory stays small however long the file is. */
const packetsAtOnce = 900;
/** Packets decoded again before each stretch: each AAC packet overlaps with the one before it. */
const warmUpPackets = 2;

export async function* decodeAac(track: InputAudioTrack): AsyncGenerator<MonoBlock> {
  const decode = await stretchDecoder(await track.getSampleRate());
  const config = await track.getDecoderConfig();
  let packets: EncodedPacket[] = [];
  let warmUp = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    packets.push(packet);
    if (packets.length < packetsAtOnce + warmUp) continue;
    yield await decode(await asAdts(packets, config), warmUp / packets.length);
    packets = packets.slice(-warmUpPackets);
    warmUp = warmUpPackets;
  }
  if (packets.length > warmUp) {
    yield await decode(await asAdts(packets, config), warmUp / packets.length);
  }
}

/** Packets with an ADTS header each: a form that needs no index and starts anywhere. */
async function asAdts(
  packets: EncodedPacket[],
  decoderConfig: AudioDecoderConfig | null,
): Promise<ArrayBuffer> {
  const target = new BufferTarget();
  const output = new Output({ format: new AdtsOutputFormat(), target });
  const source = new EncodedAudioPacketSource("aac");
  output.addAudioTrack(source);
  await output.start();
  for (const [index, packet] of packets.entries()) {
    await source.add(packet, index === 0 && decoderConfig ? { decoderConfig } : undefined);
  }
  await output.finalize();
  if (!target.buffer) throw new UndecodableAudio("The file has no audio in it.");
  return target.buffer;
}

async function stretchDecoder(
  sampleRateHz: number,
): Promise<(adts: ArrayBuffer, dropShare: number) => Promise<MonoBlock>> {
  let webAudio: typeof WebAudio;
  try {
    webAudio = await import("node-web-audio-api");
  } catch (error) {
    throw new UndecodableAudio(
      "AAC audio (m4a, mp4) can't be decoded on this machine: the package node-web-audio-api did " +
        "not load. On Debian or Ubuntu, apt install libasound2 (libasound2t64 on newer ones), " +
        "then press Retry.",
      { cause: error },
    );
  }
  const context = new webAudio.OfflineAudioContext(1, 1, sampleRateHz);
  return async (adts, dropShare) => {
    const buffer = await context.decodeAudioData(adts);
    const dropped = Math.round(buffer.length * dropShare);
    const channelData = Array.from({ length: buffer.numberOfChannels }, (_, channel) =>
      buffer.getChannelData(channel).subarray(dropped),
    );
    return monoBlock([{ channelData, samplesDecoded: buffer.length - dropped }], sampleRateHz);
  };
}
