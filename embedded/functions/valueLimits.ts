// Convex's limits on any value that goes into a function or comes out of it, and a quick way to see that they are far off.
import type { Value } from "convex/values";
import {
  endOfString,
  isObjectValue,
  lengthProblem,
  MAX_ARRAY_LENGTH,
  MAX_OBJECT_FIELDS,
  valueNesting,
} from "../values/index.ts";

/** By Convex's own count (CONVEX-RUNTIME 4.1), for arguments and results alike. */
export const MAX_VALUE_BYTES = 16 << 20;
/** Documents may have 16 levels only. */
export const MAX_VALUE_NESTING = 64;
/** The shortest JSON that breaks a limit: brackets 65 levels deep. */
const SHORTEST_CHARACTERS = 2 * (MAX_VALUE_NESTING + 1);

/**
 * False when the value in `json` is within all limits; true when it must be decoded to know. Looks at the text only,
 * because most values are small and never decoded here.
 */
export function mayExceedLimit(json: string): boolean {
  if (json.length < SHORTEST_CHARACTERS) return false;
  // A number takes 9 bytes by Convex's count and at least 2 characters as JSON; nothing grows more.
  return json.length * 5 > MAX_VALUE_BYTES || mayBeMisshapen(json);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_SQUARE = 0x5b;
const CLOSE_SQUARE = 0x5d;
const OPEN_CURLY = 0x7b;
const CLOSE_CURLY = 0x7d;

/** Counts levels and commas. An int64 is an object as JSON: such a level too many is for the decoded value to tell. */
function mayBeMisshapen(json: string): boolean {
  const commasLeft: number[] = [0];
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    switch (json.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(json, i);
        break;
      case COMMA: {
        const left = (commasLeft[depth] ?? 0) - 1;
        if (left < 0) return true;
        commasLeft[depth] = left;
        break;
      }
      case OPEN_SQUARE:
        depth += 1;
        commasLeft[depth] = MAX_ARRAY_LENGTH - 1;
        break;
      case OPEN_CURLY:
        depth += 1;
        commasLeft[depth] = MAX_OBJECT_FIELDS - 1;
        break;
      case CLOSE_SQUARE:
      case CLOSE_CURLY:
        depth -= 1;
        break;
    }
    if (depth > MAX_VALUE_NESTING) return true;
  }
  return false;
}

/** What is wrong with the form of a value, in Convex's words; null when nothing is. Its size is not looked at. */
export function misshapen(value: Value): string | null {
  const nesting = valueNesting(value);
  if (nesting > MAX_VALUE_NESTING) {
    return `Value is too nested (nested ${nesting} levels deep > maximum nesting ${MAX_VALUE_NESTING})`;
  }
  return tooLong(value);
}

function tooLong(value: Value): string | null {
  const problem = lengthProblem(value);
  if (problem !== null) return problem.message;
  let contents: (Value | undefined)[] = [];
  if (Array.isArray(value)) contents = value;
  else if (isObjectValue(value)) contents = Object.values(value);
  for (const item of contents) {
    const inner = item === undefined ? null : tooLong(item);
    if (inner !== null) return inner;
  }
  return null;
}
