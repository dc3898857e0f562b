// The log lines of one run, cut to Convex's limits (CONVEX-RUNTIME 1.12).
import { Buffer } from "node:buffer";
import { inspect } from "node:util";

export const MAX_LOG_LINES = 256;
export const MAX_LOG_LINE_BYTES = 32_768;
const TRUNCATED = " (truncated due to length)";

export class LogLines {
  readonly lines: string[] = [];
  #overflowed = false;

  /** `values` may come from a vm realm: they are looked at without calling their own inspection functions. */
  print(level: string, values: readonly unknown[]): void {
    if (this.#overflowed) return;
    this.add(`[${level}] ${formatValues(values)}`);
  }

  add(line: string): void {
    if (this.#overflowed) return;
    if (this.lines.length >= MAX_LOG_LINES - 1) {
      this.#overflowed = true;
      this.lines.push(
        `[ERROR] Log overflow (maximum ${MAX_LOG_LINES}). Remaining log lines omitted.`,
      );
      return;
    }
    this.lines.push(cutToBytes(line));
  }

  addAll(lines: readonly string[]): void {
    for (const line of lines) this.add(line);
  }
}

function formatValues(values: readonly unknown[]): string {
  let text = "";
  for (const value of values) {
    text += (text === "" ? "" : " ") + formatValue(value);
    // More than the line can hold: the rest would be formatted only to be cut.
    if (text.length > MAX_LOG_LINE_BYTES) break;
  }
  return text;
}

function formatValue(value: unknown): string {
  try {
    return inspect(typeof value === "string" ? value.slice(0, MAX_LOG_LINE_BYTES) : value, {
      depth: 5,
      compact: true,
      breakLength: Infinity,
      customInspect: false,
      maxArrayLength: 1_000,
      maxStringLength: MAX_LOG_LINE_BYTES,
    });
  } catch {
    return "[a value that cannot be shown]";
  }
}

function cutToBytes(line: string): string {
  if (line.length * 3 <= MAX_LOG_LINE_BYTES) return line;
  const bytes = Buffer.from(line);
  if (bytes.length <= MAX_LOG_LINE_BYTES) return line;
  const kept = bytes.subarray(0, MAX_LOG_LINE_BYTES - TRUNCATED.length).toString();
  // A character cut in half has become U+FFFD at the end.
  return kept.replace(/\uFFFD+$/, "") + TRUNCATED;
}
