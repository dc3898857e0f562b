// How a public function says no: a code for the app, a sentence for the person at the page.

import { ConvexError, v, type Infer } from "convex/values";

/** Throws; the whole transaction is undone. */
export function refuse(code: string, message: string): never {
  throw new ConvexError({ code, message });
}

/**
 * A refusal that is returned instead of thrown, because something has been done that must stand:
 * the half made lecture was removed.
 */
export const refusalValidator = v.object({
  refused: v.object({ code: v.string(), message: v.string() }),
});
export type Refusal = Infer<typeof refusalValidator>;

/** A text field from outside: trimmed, and refused when too long. Empty becomes undefined. */
export function readText(
  name: string,
  text: string | undefined,
  maxLength: number,
): string | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (trimmed.length > maxLength) {
    refuse(
      `invalid_${name}`,
      `The ${name} has ${trimmed.length.toLocaleString("en")} characters; at most ${maxLength} are possible. Please shorten it.`,
    );
  }
  return trimmed === "" ? undefined : trimmed;
}

/** A number from outside that must lie in a range. */
export function checkNumber(name: string, value: number, min: number, max: number): void {
  if (!Number.isFinite(value) || value < min || value > max) {
    refuse(`invalid_${name}`, `${name} is ${value}, but must be from ${min} to ${max}.`);
  }
}

/** A whole number from outside that must lie in a range. */
export function checkInteger(name: string, value: number, min: number, max: number): void {
  checkNumber(name, value, min, max);
  if (!Number.isInteger(value)) refuse(`invalid_${name}`, `${name} must be a whole number.`);
}
