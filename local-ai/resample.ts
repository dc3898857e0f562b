// Brings samples to the rate a speech model wants: a polyphase windowed-sinc filter, so that nothing folds back.

/** Zero crossings of the sinc on each side of a sample; 16 keep aliases about 60 dB down. */
const halfWidth = 16;

/** Mono samples at `toHz`, from mono samples at `fromHz` (both whole numbers). */
export function resample(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  if (fromHz === toHz) return samples;
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const up = toHz / divisor; // one output sample in `up` falls on each phase between input samples
  const down = fromHz / divisor;
  const filters = phaseFilters(up, Math.min(1, toHz / fromHz));
  const taps = (filters[0]?.length ?? 0) - 1;
  const output = new Float32Array(Math.floor((samples.length * up) / down));
  for (let i = 0; i < output.length; i += 1) {
    const position = i * down;
    const filter = filters[position % up] as Float32Array;
    const first = Math.floor(position / up) - taps / 2;
    const begin = Math.max(0, -first);
    const end = Math.min(taps, samples.length - 1 - first);
    let sum = 0;
    for (let tap = begin; tap <= end; tap += 1) {
      sum += (samples[first + tap] as number) * (filter[tap] as number);
    }
    output[i] = sum;
  }
  return output;
}

/** For each phase p/up between two input samples: the weights of the input samples around it. */
function phaseFilters(up: number, cutoff: number): Float32Array[] {
  const reach = halfWidth / cutoff;
  const side = Math.ceil(reach);
  return Array.from({ length: up }, (_, phase) =>
    Float32Array.from({ length: 2 * side + 1 }, (_, tap) => {
      const distance = Math.abs(tap - side - phase / up);
      if (distance >= reach) return 0;
      const x = Math.PI * distance * cutoff;
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      const hann = 0.5 + 0.5 * Math.cos((Math.PI * distance) / reach);
      return cutoff * sinc * hann;
    }),
  );
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
