import { describe, expect, it } from "vitest";
import { actionFileServices } from "./actionFiles.ts";

const unreachable = (): never => {
  throw new Error("No byte should have been touched.");
};

const services = actionFileServices(() => ({
  maxUploadBytes: 10,
  store: unreachable,
  path: unreachable,
  byStorageId: async (storageId) =>
    storageId === "large"
      ? {
          ...{ storageId, internalId: "6f5b0a4e-1111-4222-8333-444455556666" },
          ...{ sha256Base64: "", sizeBytes: (512 << 20) + 1, contentType: null },
        }
      : null,
}));

describe("an action's files", () => {
  it("are refused for reading when they are larger than memory should hold", async () => {
    await expect(services.readFile("large")).rejects.toThrow("Fetch its URL");
  });

  it("are null when they are not there", async () => {
    expect(await services.readFile("absent")).toBeNull();
  });

  it("are refused for storing beyond the server's cap", async () => {
    const file = { bytes: new Uint8Array(11), contentType: null, sha256Base64: null };
    await expect(services.storeFile(file)).rejects.toMatchObject({ code: "FileTooLarge" });
  });
});
