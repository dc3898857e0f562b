// Looks at JSON as text, before anything is made of it: so deep a value that it overflows the stack of whoever walks
// over it must not get that far.

/**
 * Convex's parser takes so many levels. The deepest that makes sense is a message with arguments of 64 levels, the
 * innermost of which is an int64 (an object, as JSON).
 */
export const MAX_JSON_LEVELS = 128;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_SQUARE = 0x5b;
const CLOSE_SQUARE = 0x5d;
const OPEN_CURLY = 0x7b;
const CLOSE_CURLY = 0x7d;

/** Whether arrays and objects are nested in more levels; what is no JSON may get either answer. */
export function isDeeperThan(json: string, levels: number): boolean {
  // As many brackets as that cannot be in it.
  if (json.length <= levels) return false;
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    switch (json.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(json, i);
        break;
      case OPEN_SQUARE:
      case OPEN_CURLY:
        depth += 1;
        if (depth > levels) return true;
        break;
      case CLOSE_SQUARE:
      case CLOSE_CURLY:
        depth -= 1;
        break;
    }
  }
  return false;
}

/** @param start where its first quote is @returns where its last is, or the text's length when there is none */
export function endOfString(json: string, start: number): number {
  let end = start;
  do {
    end = json.indexOf('"', end + 1);
    if (end === -1) return json.length;
  } while (isEscaped(json, end));
  return end;
}

function isEscaped(json: string, quote: number): boolean {
  let backslashes = 0;
  while (json.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}
