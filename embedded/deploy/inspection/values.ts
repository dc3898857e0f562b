// Shows Convex values as text: JSON as far as it goes, int64 as 123n, and ids as links to their documents.
import type { Value } from "convex/values";
import { h } from "./dom.ts";

const ID = /^[0-9a-hjkmnp-tv-z]{31,37}$/;
const SHOWN_BYTES = 16;

/** Pieces of text; an id is a piece of its own. */
type Piece = { text: string; id?: string };

/** The value over several lines, with links. */
export function valueNodes(value: Value): Node[] {
  return [...pieces(value, "\n")].map(({ text, id }) =>
    id === undefined ? document.createTextNode(text) : h("a", { href: documentHash(id) }, text),
  );
}

export function valueText(value: Value): string {
  return [...pieces(value, "\n")].map(({ text }) => text).join("");
}

/** On one line, and no longer than that. */
export function summary(value: Value | undefined, limit = 80): string {
  if (value === undefined) return "";
  let text = "";
  for (const piece of pieces(value, null)) {
    text += piece.text;
    if (text.length > limit) return `${text.slice(0, limit)}…`;
  }
  return text;
}

export function documentHash(id: string): string {
  return `#/documents/${id}`;
}

export function isId(value: Value | undefined): value is string {
  return typeof value === "string" && ID.test(value);
}

export function formatTime(ms: number): string {
  return new Date(ms).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

export function formatBytes(sizeBytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let value = sizeBytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}

/** @param newline what separates members: a line break and its indent, or null for one line */
function* pieces(value: Value, newline: string | null): Generator<Piece> {
  if (isId(value)) yield { text: JSON.stringify(value), id: value };
  else if (typeof value === "bigint") yield { text: `${String(value)}n` };
  else if (typeof value === "number") yield { text: Object.is(value, -0) ? "-0" : String(value) };
  else if (value instanceof ArrayBuffer) yield { text: bytesText(value) };
  else if (Array.isArray(value))
    yield* members(
      "[",
      "]",
      value.map((item) => ["", item]),
      newline,
    );
  else if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).flatMap(([name, inner]): [string, Value][] =>
      inner === undefined ? [] : [[`${JSON.stringify(name)}: `, inner]],
    );
    yield* members("{", "}", fields, newline);
  } else yield { text: JSON.stringify(value) };
}

function* members(
  open: string,
  close: string,
  entries: [label: string, value: Value][],
  newline: string | null,
): Generator<Piece> {
  if (entries.length === 0) {
    yield { text: open + close };
    return;
  }
  const inner = newline === null ? null : `${newline}  `;
  for (const [place, [label, value]] of entries.entries()) {
    const before = place === 0 ? open : inner === null ? ", " : ",";
    yield { text: `${before}${inner ?? ""}${label}` };
    yield* pieces(value, inner);
  }
  yield { text: `${newline ?? ""}${close}` };
}

function bytesText(buffer: ArrayBuffer): string {
  const shown = [...new Uint8Array(buffer.slice(0, SHOWN_BYTES))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join(" ");
  const more = buffer.byteLength > SHOWN_BYTES ? " …" : "";
  return `bytes(${String(buffer.byteLength)}: ${shown}${more})`;
}
