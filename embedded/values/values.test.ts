// Order, keys, ids and sizes over random values: what must hold for every value there is.
import { getConvexSize, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareKeys,
  compareUtf8,
  compareValues,
  decodeId,
  decodeTs,
  encodeId,
  encodeIndexKey,
  encodeTs,
  formatValue,
  keyAfterValues,
  successorOfKey,
  valueNesting,
} from "./index.ts";

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1, -1, Number.MIN_VALUE, Number.MAX_VALUE),
  fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  fc.constantFrom(0n, -1n, 1n, 255n, 256n, -256n),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom("", "\u0000", "a\u0000", "a", "\u{FF5E}", "😀", "\uFFFF"),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => new Uint8Array(bytes).buffer),
);
const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-c]{1,2}$/), tie("value"), { maxKeys: 3 }),
  ),
})).value;
const sign = (order: number) => Math.sign(order);

describe("order", () => {
  it("is that of the index keys' bytes", () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const byKey = compareKeys(encodeIndexKey([a]), encodeIndexKey([b]));
        expect(sign(byKey)).toBe(sign(compareValues(a, b)));
      }),
      { numRuns: 5_000 },
    );
  });

  it("is total: antisymmetric and transitive, missing first", () => {
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect(sign(compareValues(a, b))).toBe(-sign(compareValues(b, a)) + 0);
        expect(compareValues(undefined, a)).toBeLessThan(0);
        const [x, y, z] = [a, b, c].sort(compareValues) as [Value, Value, Value];
        expect(compareValues(x, z)).toBeLessThanOrEqual(0);
        expect(compareValues(x, y)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it("of strings is that of their UTF-8 bytes", () => {
    const text = fc.string({ unit: "binary", maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(sign(compareUtf8(a, b))).toBe(sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
      { numRuns: 2_000 },
    );
  });

  it("of several values is by the first that differs, and a bound encloses what goes on from it", () => {
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        const key = encodeIndexKey([a, b]);
        const other = encodeIndexKey([a, c]);
        expect(sign(compareKeys(key, other))).toBe(sign(compareValues(b, c)));
        const after = keyAfterValues([a]) ?? successorOfKey(key);
        expect(compareKeys(encodeIndexKey([a]), key)).toBeLessThan(0);
        expect(compareKeys(key, after)).toBeLessThan(0);
        // And nothing else: the key of "" is a prefix of that of "\u0000".
        const outside = encodeIndexKey([b, c]);
        expect(compareKeys(outside, after) < 0).toBe(compareValues(b, a) <= 0);
        expect(compareKeys(key, successorOfKey(key))).toBeLessThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("ids", () => {
  const id = fc.tuple(
    fc.integer({ min: 1, max: 0xffffffff }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  );

  it("decode to what was encoded, and have 31 to 37 characters", () => {
    fc.assert(
      fc.property(id, ([tableNumber, bytes]) => {
        const internalId = new Uint8Array(bytes);
        const text = encodeId(tableNumber, internalId);
        expect(text.length).toBeGreaterThanOrEqual(31);
        expect(text.length).toBeLessThanOrEqual(37);
        expect(decodeId(text)).toEqual({ tableNumber, internalId });
      }),
    );
  });

  it("are refused with any one character changed, dropped or added", () => {
    fc.assert(
      fc.property(
        id,
        fc.nat(),
        fc.constantFrom(..."0189abyz"),
        ([number, bytes], place, character) => {
          const text = encodeId(number, new Uint8Array(bytes));
          const position = place % text.length;
          const changed = text.slice(0, position) + character + text.slice(position + 1);
          if (changed !== text) expect(decodeId(changed)).toBeNull();
          expect(decodeId(text.slice(1))).toBeNull();
          expect(decodeId(text.toUpperCase())).toBeNull();
          expect(decodeId(`${text}0`)).toBeNull();
        },
      ),
    );
  });
});

describe("sizes and texts", () => {
  it("count as Convex does", () => {
    const sized = { a: "é", b: [1, null], c: new ArrayBuffer(3), d: 1n };
    // 2 for the braces; each name + 1; "é": 2 + 2; the array: 2 + 9 + 1; bytes: 2 + 3; int64: 9.
    expect(getConvexSize(sized)).toBe(2 + 4 * 2 + 4 + 12 + 5 + 9);
    expect(valueNesting({ a: [[1]], b: 1 })).toBe(3);
    expect(valueNesting(1)).toBe(0);
  });

  it("tell floats from integers, whatever their size", () => {
    expect(formatValue({ b: [1, 1n, -0, 1e21, 5e-7, NaN, Infinity], a: "x\n" })).toBe(
      '{a: "x\\n", b: [1.0, 1, -0.0, 1000000000000000000000.0, 0.0000005, NaN, inf]}',
    );
  });

  it("timestamps go through little-endian base64", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (ts) => {
        expect(decodeTs(encodeTs(ts))).toBe(ts);
      }),
    );
    expect(encodeTs(1n)).toBe("AQAAAAAAAAA=");
  });
});
