// Tells a piece in which nobody can have spoken, before any model is asked: Whisper invents text over silence.

/** The loudest 30 ms of `samples`, as a level in dBFS (0 is full scale, a quiet room is about -60). */
export function loudestLevelDbfs(samples: Int16Array, sampleRateHz: number): number {
  const frameLength = Math.max(1, Math.round(sampleRateHz * 0.03));
  let loudest = 0;
  for (let start = 0; start < samples.length; start += frameLength) {
    const end = Math.min(samples.length, start + frameLength);
    let power = 0;
    for (let i = start; i < end; i += 1) power += (samples[i] ?? 0) ** 2;
    loudest = Math.max(loudest, power / (end - start));
  }
  return loudest === 0 ? -Infinity : 10 * Math.log10(loudest / 32_768 ** 2);
}

/** Below this even a voice at the far end of a hall cannot be: 16-bit noise is at -98, a whisper far above -65. */
const quietestSpeechDbfs = -65;

export function isProvablySilent(samples: Int16Array, sampleRateHz: number): boolean {
  return loudestLevelDbfs(samples, sampleRateHz) < quietestSpeechDbfs;
}
