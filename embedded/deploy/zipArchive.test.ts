import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openZipFile, ZipFileWriter } from "./zipArchive.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zip-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("a zip file", () => {
  it("gives back what was put in, compressed and stored", async () => {
    const path = join(folder, "a.zip");
    const noise = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251);
    const writer = new ZipFileWriter(path);
    await writer.add("t/documents.jsonl", ['{"a":1}\n', '{"a":"ü"}\n'], { compress: true });
    await writer.add("_storage/x.bin", [noise.subarray(0, 1000), noise.subarray(1000)], {
      compress: false,
    });
    await writer.add("empty", [], { compress: true });
    await writer.close();

    const zip = await openZipFile(path);
    expect(zip.names).toEqual(["t/documents.jsonl", "_storage/x.bin", "empty"]);
    expect(await text(zip.read("t/documents.jsonl"))).toBe('{"a":1}\n{"a":"ü"}\n');
    expect((await buffer(zip.read("_storage/x.bin"))).equals(noise)).toBe(true);
    expect(await text(zip.read("empty"))).toBe("");
    await zip.close();
  });

  it("refuses a file that is not one", async () => {
    const path = join(folder, "b.zip");
    writeFileSync(path, "not a zip");
    await expect(openZipFile(path)).rejects.toThrow();
  });
});
