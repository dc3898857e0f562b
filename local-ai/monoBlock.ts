// What every decoder gives: a stretch of mono samples; and the error for what can't be decoded.

export type MonoBlock = { samples: Float32Array; sampleRateHz: number };

/** The bytes are no audio that can be decoded; `message` is a sentence about why. */
export class UndecodableAudio extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UndecodableAudio";
  }
}

/** Decoded stretches in a row, their channels mixed to one. */
export function monoBlock(
  stretches: { channelData: Float32Array[]; samplesDecoded: number }[],
  sampleRateHz: number,
): MonoBlock {
  const samples = new Float32Array(stretches.reduce((sum, each) => sum + each.samplesDecoded, 0));
  let offset = 0;
  for (const { channelData, samplesDecoded } of stretches) {
    for (const channel of channelData) {
      for (let i = 0; i < samplesDecoded; i += 1) {
        samples[offset + i] = (samples[offset + i] ?? 0) + (channel[i] ?? 0) / channelData.length;
      }
    }
    offset += samplesDecoded;
  }
  return { samples, sampleRateHz };
}
