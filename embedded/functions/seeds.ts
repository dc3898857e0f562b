// The randomness of a run: secret, drawn from the system, and the same through all of its nested calls.
import { randomFillSync } from "node:crypto";

let seedPool = new Uint8Array(0);
let seedOffset = 0;

/** 32 secret bytes; drawn from the system 128 runs at a time. */
export function freshSeed(): Uint8Array {
  if (seedOffset >= seedPool.length) {
    seedPool = randomFillSync(new Uint8Array(32 * 128));
    seedOffset = 0;
  }
  return seedPool.slice(seedOffset, (seedOffset += 32));
}

/** `Math.random` gets other bits than the key of `crypto.getRandomValues`: the former's outputs reveal its state. */
export function randomState(seed: Uint8Array): Uint32Array {
  const state = new Uint32Array(4);
  const words = new Uint32Array(seed.buffer, seed.byteOffset, 8);
  for (let position = 0; position < 4; position++) {
    state[position] = Math.imul((words[position] ?? 0) ^ (words[position + 4] ?? 0), 0x9e3779b1);
  }
  return state;
}
