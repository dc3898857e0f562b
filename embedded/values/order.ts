// Convex's total order over all values (CONVEX-RUNTIME 4.2): by type first, then within the type.
import type { Value } from "convex/values";
import { isCommitTsPlaceholder } from "./json.ts";

const MAX_INT64 = (1n << 63n) - 1n;

/** @returns negative, 0 or positive; `undefined` stands for a missing field and sorts first */
export function compareValues(a: Value | undefined, b: Value | undefined): number {
  const rankA = typeRank(a);
  const rankB = typeRank(b);
  if (rankA !== rankB) return rankA - rankB;
  switch (rankA) {
    case 0:
    case 1:
      return 0;
    case 2:
      return compareScalars(asInt64(a), asInt64(b));
    case 3:
      return compareFloats(a as number, b as number);
    case 4:
      return Number(a) - Number(b);
    case 5:
      return compareUtf8(a as string, b as string);
    case 6:
      return Buffer.compare(new Uint8Array(a as ArrayBuffer), new Uint8Array(b as ArrayBuffer));
    case 7:
      return compareArrays(a as Value[], b as Value[]);
    default:
      return compareObjects(a as Record<string, Value>, b as Record<string, Value>);
  }
}

function typeRank(value: Value | undefined): number {
  if (value === undefined) return 0;
  if (value === null) return 1;
  switch (typeof value) {
    case "bigint":
      return 2;
    case "number":
      return 3;
    case "boolean":
      return 4;
    case "string":
      return 5;
    default:
  }
  if (value instanceof ArrayBuffer) return 6;
  if (Array.isArray(value)) return 7;
  return isCommitTsPlaceholder(value) ? 2 : 8;
}

/** An unresolved commit timestamp counts as the largest int64 within its own transaction. */
function asInt64(value: Value | undefined): bigint {
  return typeof value === "bigint" ? value : MAX_INT64;
}

function compareScalars<T extends bigint | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** IEEE total order, with every NaN above Infinity (JavaScript cannot tell NaNs apart). */
function compareFloats(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) {
    if (a !== 0) return 0;
    return Number(Object.is(b, -0)) - Number(Object.is(a, -0));
  }
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Code point order, which is UTF-8 byte order; JavaScript's own order is by UTF-16 units. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA === unitB) continue;
    // Surrogates (0xD800..0xDFFF) stand for code points above every other 16-bit unit.
    return surrogatesLast(unitA) - surrogatesLast(unitB);
  }
  return a.length - b.length;
}

function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function compareArrays(a: readonly Value[], b: readonly Value[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Objects compare as sorted lists of (field name, value). */
function compareObjects(a: Record<string, Value>, b: Record<string, Value>): number {
  const namesA = Object.keys(a).sort();
  const namesB = Object.keys(b).sort();
  const length = Math.min(namesA.length, namesB.length);
  for (let i = 0; i < length; i++) {
    const nameA = namesA[i] ?? "";
    const nameB = namesB[i] ?? "";
    if (nameA !== nameB) return nameA < nameB ? -1 : 1;
    const order = compareValues(a[nameA], b[nameB]);
    if (order !== 0) return order;
  }
  return namesA.length - namesB.length;
}
