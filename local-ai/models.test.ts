import { describe, expect, it } from "vitest";
import { chooseModel, modelByName, speechModels } from "./models.ts";

const GB = 1024 ** 3;

describe("the model for a machine", () => {
  it.each([
    [1, 4 * GB, "tiny-q5_1"],
    [2, 4 * GB, "base-q5_1"],
    [4, 8 * GB, "base-q5_1"],
    [8, 16 * GB, "small-q5_1"],
    [64, 256 * GB, "small-q5_1"],
    [8, 1 * GB, "base-q5_1"],
    [8, 0.5 * GB, "tiny-q5_1"],
  ])("with %i cores and %i bytes is one that keeps up: %s", (cores, totalMemoryBytes, name) => {
    expect(chooseModel({ cores, totalMemoryBytes }).name).toBe(name);
  });

  it("is known by its name, once, with a checksum", () => {
    for (const model of speechModels) {
      expect(modelByName(model.name)).toBe(model);
      expect(model.sha1).toMatch(/^[0-9a-f]{40}$/u);
      expect(model.fileName).toBe(`ggml-${model.name}.bin`);
    }
    expect(new Set(speechModels.map(({ sha1 }) => sha1)).size).toBe(speechModels.length);
  });
});
