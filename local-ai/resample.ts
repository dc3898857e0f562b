// Brings samples to the rate a speech model wants, block by block: a polyphase windowed-sinc filter,
// so that nothing folds back and nothing is heard where blocks meet.

/** Zero crossings of the sinc on each side of a sample; 16 keep aliases about 60 dB down. */
const halfWidth = 16;

/** Turns mono samples at one rate into mono samples at another (whole numbers, in Hz). */
export class Resampler {
  readonly #up: number; // one output sample in `up` falls on each phase between two input samples
  readonly #down: number;
  readonly #filters: Float32Array[];
  readonly #side: number; // input samples that an output sample needs on each side
  #kept: Float32Array; // the end of the input so far, as far as it is still needed
  #keptFrom: number; // the index of its first sample in the whole input
  #received = 0;
  #produced = 0;

  constructor(fromHz: number, toHz: number) {
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.#up = toHz / divisor;
    this.#down = fromHz / divisor;
    const cutoff = Math.min(1, toHz / fromHz);
    this.#side = Math.ceil(halfWidth / cutoff);
    this.#filters = phaseFilters(this.#up, cutoff, this.#side);
    // Before the first sample there is silence.
    this.#kept = new Float32Array(this.#side);
    this.#keptFrom = -this.#side;
  }

  /** The output samples for which enough input is known by now. */
  push(block: Float32Array): Float32Array {
    const input = new Float32Array(this.#kept.length + block.length);
    input.set(this.#kept);
    input.set(block, this.#kept.length);
    this.#received += block.length;
    const lastCenter = this.#keptFrom + input.length - 1 - this.#side;
    const until = Math.floor(((lastCenter + 1) * this.#up - 1) / this.#down) + 1;
    const output = this.#filter(input, Math.max(0, until - this.#produced));
    const needFrom = Math.floor((this.#produced * this.#down) / this.#up) - this.#side;
    this.#kept = input.slice(Math.max(0, needFrom - this.#keptFrom));
    this.#keptFrom += input.length - this.#kept.length;
    return output;
  }

  /** The rest. After the last sample there is silence. */
  end(): Float32Array {
    const total = Math.floor((this.#received * this.#up) / this.#down);
    const missing = total - this.#produced;
    return this.push(new Float32Array(this.#side)).subarray(0, Math.max(0, missing));
  }

  #filter(input: Float32Array, count: number): Float32Array {
    const output = new Float32Array(count);
    for (let i = 0; i < count; i += 1) {
      const position = (this.#produced + i) * this.#down;
      const filter = this.#filters[position % this.#up] ?? new Float32Array();
      const first = Math.floor(position / this.#up) - this.#side - this.#keptFrom;
      let sum = 0;
      for (let tap = 0; tap < filter.length; tap += 1) {
        // Inside both arrays by construction; a check for undefined would double the time.
        sum += (input[first + tap] as number) * (filter[tap] as number);
      }
      output[i] = sum;
    }
    this.#produced += count;
    return output;
  }
}

/** For each phase between two input samples: the weights of the input samples around it. */
function phaseFilters(phases: number, cutoff: number, side: number): Float32Array[] {
  const reach = halfWidth / cutoff;
  return Array.from({ length: phases }, (_, phase) =>
    Float32Array.from({ length: 2 * side + 1 }, (_, tap) => {
      const distance = Math.abs(tap - side - phase / phases);
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
