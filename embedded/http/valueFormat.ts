// The two ways in which the HTTP API writes a function's value: Convex's own JSON, which loses nothing, and plain JSON
// for callers without a Convex client.
import { jsonToConvex, type Value } from "convex/values";
import type { JSONObject, JSONValue } from "../values/index.ts";
import { badRequest } from "./errors.ts";

export type ValueFormat = "convex" | "plain";

/** Clients of npm `convex` before this version do not name a format and expect Convex JSON. */
const FIRST_CLIENT_NAMING_FORMAT = [1, 4, 1];

/**
 * @param format the request's `format`, of any type; absent means plain JSON except for very old clients
 * @param client the `Convex-Client` header, such as `npm-1.48.0`
 * @throws HttpError 400 BadFormat
 */
export function parseFormat(format: unknown, client: string | undefined): ValueFormat {
  switch (format) {
    case undefined:
    case null:
      return isOldClient(client) ? "convex" : "plain";
    case "convex_encoded_json":
    case "convex_json":
      return "convex";
    case "json":
    case "convex_clean_json":
      return "plain";
    default:
      throw badRequest(
        "BadFormat",
        `format param must be one of [\`json\`]. Got ${JSON.stringify(format)}`,
      );
  }
}

function isOldClient(client: string | undefined): boolean {
  const version = /^npm-(?:cli-)?(\d+)\.(\d+)\.(\d+)/.exec(client ?? "");
  if (version === null) return false;
  const parts = version.slice(1).map(Number);
  for (const [position, first] of FIRST_CLIENT_NAMING_FORMAT.entries()) {
    const part = parts[position] ?? 0;
    if (part !== first) return part < first;
  }
  return false;
}

/** @param valueJson Convex JSON as text */
export function formatValue(valueJson: string, format: ValueFormat): string {
  if (format === "convex") return valueJson;
  // Made by the engine.
  return JSON.stringify(plainJson(jsonToConvex(JSON.parse(valueJson) as JSONValue)));
}

/** Lossy: int64 becomes a decimal string, bytes base64, NaN and the infinities their names. */
function plainJson(value: Value): JSONValue {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value !== "object" || value === null) return value;
  const object: JSONObject = {};
  for (const [name, field] of Object.entries(value as Record<string, Value | undefined>)) {
    if (field !== undefined) object[name] = plainJson(field);
  }
  return object;
}
