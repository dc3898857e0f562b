import { describe, expect, it } from "vitest";
import { compareKeys } from "../values/index.ts";
import { newInternalId } from "./internalIds.ts";

describe("internal ids", () => {
  it("have 16 bytes, all different, in the order of the time", () => {
    const startMs = 1_800_000_000_000.5;
    const ids = Array.from({ length: 2_000 }, (_, i) =>
      newInternalId(startMs + Math.floor(i / 500)),
    );
    expect(new Set(ids.map((id) => Buffer.from(id).toString("hex"))).size).toBe(ids.length);
    expect(ids.every((id) => id.length === 16)).toBe(true);
    const later = ids.slice(500);
    expect(ids.slice(0, -500).every((id, i) => compareKeys(id, later[i] ?? id) < 0)).toBe(true);
  });

  it("are chance after the first six bytes", () => {
    const ids = Array.from({ length: 1_000 }, () => newInternalId(0));
    for (let position = 0; position < 16; position++) {
      const values = new Set(ids.map((id) => id[position]));
      expect(values.size > 200).toBe(position >= 6);
    }
  });
});
