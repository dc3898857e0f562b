// How values are printed inside Convex's error texts (CONVEX-RUNTIME 3.4): `{a: 1.0, b: "x", c: [true, null]}`.
import type { Value } from "convex/values";
import { isCommitTsPlaceholder } from "./json.ts";

export function formatValue(value: Value): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "number":
      return formatFloat(value);
    case "boolean":
      return String(value);
    case "string":
      return JSON.stringify(value);
    default:
  }
  if (value instanceof ArrayBuffer) return `b"${formatBytes(new Uint8Array(value))}"`;
  if (Array.isArray(value)) return `[${value.map(formatValue).join(", ")}]`;
  if (isCommitTsPlaceholder(value)) return "commitTs";
  const object = value as Record<string, Value | undefined>;
  const fields: string[] = [];
  for (const name of Object.keys(object).sort()) {
    const field = object[name];
    if (field !== undefined) fields.push(`${formatFieldName(name)}: ${formatValue(field)}`);
  }
  return `{${fields.join(", ")}}`;
}

/** Names that are identifiers stand bare, others in quotes. */
export function formatFieldName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}

/** Always with a decimal point, never with an exponent, so that floats and int64 look different. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  if (text.includes("e")) return expandExponent(text);
  return text.includes(".") ? text : `${text}.0`;
}

function expandExponent(text: string): string {
  const [mantissa = "", exponentText = "0"] = text.split("e");
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const exponent = Number(exponentText);
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${whole}${fraction}`;
  return `${sign}${whole}${fraction}${"0".repeat(exponent - fraction.length)}.0`;
}

function formatBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
}
