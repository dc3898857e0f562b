// Makes the internal ids of new documents: the time in their first bytes, chance in the others.
import { randomFillSync } from "node:crypto";
import { INTERNAL_ID_LENGTH } from "../values/index.ts";

/** Milliseconds since 1970, until the year 10889. */
const TIME_LENGTH = 6;
const RANDOM_LENGTH = INTERNAL_ID_LENGTH - TIME_LENGTH;
const DRAWN_AT_ONCE = 256;

// Drawn from the system many at a time: asking it takes longer than inserting a row.
const pool = new Uint8Array(RANDOM_LENGTH * DRAWN_AT_ONCE);
let left = 0;

/**
 * Documents made together have neighbouring ids, so that a commit writes one page of a table's ids and not one for each
 * document. What is random of it, 80 bits, nobody guesses.
 */
export function newInternalId(nowMs: number): Uint8Array {
  if (left === 0) {
    randomFillSync(pool);
    left = DRAWN_AT_ONCE;
  }
  left -= 1;
  const id = new Uint8Array(INTERNAL_ID_LENGTH);
  let rest = Math.floor(nowMs);
  for (let position = TIME_LENGTH - 1; position >= 0; position--) {
    id[position] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  const start = left * RANDOM_LENGTH;
  for (let i = 0; i < RANDOM_LENGTH; i++) id[TIME_LENGTH + i] = pool[start + i] ?? 0;
  return id;
}
