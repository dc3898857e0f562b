// The text form of documents in exports: lossless JSON in which `1` is an int64 and `1.0` a float64.
// Convex JSON writes int64 as {"$integer": base64}, which people can neither read nor edit; JSON.parse alone would
// read `1` and `1.0` as the same number. The tokens' source text tells them apart.
import type { JSONObject, JSONValue } from "../values/index.ts";

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** How a number without a point or exponent is read: exports mean int64 by it, other people's JSON means a number. */
export type BareIntegers = "int64" | "float64";

/**
 * Writes one value as export text, on one line.
 *
 * @param value Convex JSON, as stored
 */
export function encodeExportJson(value: JSONValue): string {
  if (typeof value === "number") return floatText(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(encodeExportJson).join(",")}]`;
  const special = encodeSpecial(value);
  if (special !== null) return special;
  const fields = Object.entries(value).map(
    ([name, field]) => `${JSON.stringify(name)}:${encodeExportJson(field)}`,
  );
  return `{${fields.join(",")}}`;
}

/**
 * Reads one value of export text (or of anybody's JSON) as Convex JSON.
 *
 * @throws SyntaxError when the text is not JSON
 */
export function decodeExportJson(text: string, bareIntegers: BareIntegers): JSONValue {
  return parseWithSource(text, (value, source) =>
    typeof value === "number" ? readNumber(value, source, bareIntegers) : value,
  );
}

/** Int64 as bare digits and -0 as a number; NaN, infinities and bytes stay as Convex JSON writes them. */
function encodeSpecial(value: JSONObject): string | null {
  const names = Object.keys(value);
  if (names.length !== 1) return null;
  const [name] = names;
  const inner = name === undefined ? undefined : value[name];
  if (typeof inner !== "string") return null;
  if (name === "$integer") return readInt64(inner).toString();
  if (name === "$float") {
    const float = Buffer.from(inner, "base64").readDoubleLE(0);
    return Number.isFinite(float) ? floatText(float) : JSON.stringify(value);
  }
  return null;
}

function floatText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function readNumber(value: number, source: string, bareIntegers: BareIntegers): JSONValue {
  if (bareIntegers === "int64" && /^-?\d+$/.test(source)) {
    const integer = BigInt(source);
    if (integer >= MIN_INT64 && integer <= MAX_INT64) return { $integer: writeInt64(integer) };
  }
  // Convex JSON can carry -0 only in this form: JSON.stringify(-0) is "0".
  if (Object.is(value, -0)) return { $float: writeFloat(value) };
  if (!Number.isFinite(value)) return { $float: writeFloat(value) };
  return value;
}

/** The base64 of 8 little-endian bytes, as in Convex JSON's `$integer`. */
export function writeInt64(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes.toString("base64");
}

function readInt64(base64: string): bigint {
  return Buffer.from(base64, "base64").readBigInt64LE(0);
}

function writeFloat(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes.toString("base64");
}

/** JSON.parse with the reviver's third argument, which TypeScript's library does not declare yet. */
function parseWithSource(
  text: string,
  revive: (value: JSONValue, source: string) => JSONValue,
): JSONValue {
  const parse = JSON.parse as (
    text: string,
    reviver: (key: string, value: JSONValue, context: { source?: string }) => JSONValue,
  ) => JSONValue;
  return parse(text, (_key, value, context) => revive(value, context.source ?? ""));
}
