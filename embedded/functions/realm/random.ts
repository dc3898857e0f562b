// Random numbers of a run, drawn from the seed that the run was given (xoshiro128**, public domain, Blackman and Vigna).

export type RandomSource = { next(): number; seed(state: Uint32Array): void };

export function createRandom(look: () => void): RandomSource {
  let a = 1;
  let b = 2;
  let c = 3;
  let d = 4;
  const rotateLeft = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits));
  const nextUint32 = () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result;
  };
  return {
    /** 53 random bits in [0, 1), like Math.random. */
    next() {
      look();
      return ((nextUint32() >>> 5) * 67108864 + (nextUint32() >>> 6)) / 9007199254740992;
    },
    seed(state) {
      [a, b, c, d] = [state[0] ?? 1, state[1] ?? 2, state[2] ?? 3, (state[3] ?? 4) | 1];
    },
  };
}
