import { expect, it } from "vitest";
import { safeName } from "./saveCopy.ts";

it.each([
  ["Optics 3: lenses / mirrors", "Optics 3 lenses mirrors"],
  ["..hidden", "hidden"],
  ["C:\\con\u0007 ", "C con"],
  ["Αισθητική, 2. μέρος", "Αισθητική, 2. μέρος"],
  ["???", "Recording"],
  ["a".repeat(300), "a".repeat(120)],
])("%j becomes a file's name that every system takes", (title, name) => {
  expect(safeName(title)).toBe(name);
});
