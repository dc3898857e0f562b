import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DownloadError, downloadFile, type DownloadRequest } from "./download.ts";

const content = randomBytes(300_000);
const sha1 = createHash("sha1").update(content).digest("hex");

let folder: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const ranges: (string | undefined)[] = [];
const server = createServer((request, response) => {
  ranges.push(request.headers.range);
  answer(request, response);
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lectern-download-"));
  ranges.length = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

function download(changes: Partial<DownloadRequest> = {}): Promise<void> {
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return downloadFile({
    url: `http://127.0.0.1:${port}/model.bin`,
    file: join(folder, "models", "model.bin"),
    sha1,
    sizeBytes: content.length,
    signal: new AbortController().signal,
    ...changes,
  });
}
const saved = () => readFileSync(join(folder, "models", "model.bin"));

/** Serves as a static file server does, but only `atOnce` bytes on one connection, which is then `held`. */
function serve(atOnce = Infinity, held: (response: ServerResponse) => void = () => {}) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const start = Number(/bytes=(\d+)-/u.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (start >= content.length) return void response.writeHead(416).end();
    const rest = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, { "Content-Length": rest.length });
    if (rest.length <= atOnce) return void response.end(rest);
    response.write(rest.subarray(0, atOnce));
    held(response);
  };
}

describe("a download", () => {
  it("saves the file and says how far it is", async () => {
    answer = serve();
    const shares: number[] = [];
    await download({ onProgress: (p) => shares.push(p.receivedBytes / p.totalBytes) });
    expect(saved()).toEqual(content);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it("goes on by itself where a connection broke", async () => {
    let held: ServerResponse | undefined;
    answer = serve(120_000, (response) => (held = response));
    await download({
      onProgress: ({ receivedBytes }) => {
        // Broken only after it was received: what is on its way is lost with the connection.
        if (receivedBytes % 120_000 === 0) held?.destroy();
      },
    });
    expect(saved()).toEqual(content);
    expect(ranges[0]).toBeUndefined();
    expect(ranges.slice(1).every((range) => range !== undefined)).toBe(true);
  });

  it("goes on where an earlier run stopped", async () => {
    answer = serve();
    const { signal } = new AbortController();
    const part = join(folder, "model.bin.part");
    writeFileSync(part, content.subarray(0, 1000));
    await download({ file: join(folder, "model.bin"), signal });
    expect(ranges).toEqual(["bytes=1000-"]);
    expect(readFileSync(join(folder, "model.bin"))).toEqual(content);
    expect(existsSync(part)).toBe(false);
  });

  it("verifies a part file that is whole already", async () => {
    answer = serve();
    writeFileSync(join(folder, "model.bin.part"), content);
    await download({ file: join(folder, "model.bin") });
    expect(readFileSync(join(folder, "model.bin"))).toEqual(content);
  });

  it("starts over with a server that can't continue", async () => {
    answer = (_, response) => response.writeHead(200).end(content);
    writeFileSync(join(folder, "model.bin.part"), "old bytes");
    await download({ file: join(folder, "model.bin") });
    expect(readFileSync(join(folder, "model.bin"))).toEqual(content);
  });

  it("keeps nothing that is not what was published", async () => {
    answer = (_, response) => response.end(randomBytes(300_000));
    await expect(download()).rejects.toMatchObject({ code: "damaged" });
    expect(existsSync(join(folder, "models", "model.bin"))).toBe(false);
    expect(existsSync(join(folder, "models", "model.bin.part"))).toBe(false);
  });

  it("does not fill the disk when a server sends without end", async () => {
    answer = (_, response) => {
      const more = () => {
        while (response.writable && response.write(randomBytes(100_000)));
      };
      response.on("drain", more);
      more();
    };
    await expect(download()).rejects.toThrow("far larger than it should be");
  });

  it("gives up a connection on which nothing comes, and one that is refused", async () => {
    answer = () => {};
    await expect(download({ stallMs: 50 })).rejects.toMatchObject({ code: "unreachable" });
    answer = (_, response) => response.writeHead(404).end();
    await expect(download()).rejects.toMatchObject({ code: "refused" });
    await expect(download({ url: "http://127.0.0.1:1/model.bin" })).rejects.toThrow(
      new DownloadError("unreachable", "127.0.0.1:1 could not be reached."),
    );
  });

  it("stops when it is told to, and keeps what it has", async () => {
    answer = (_, response) => void response.write(content.subarray(0, 5000));
    const stop = new AbortController();
    const file = join(folder, "model.bin");
    const downloading = download({
      file,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("stopping")),
    });
    await expect(downloading).rejects.toThrow("stopping");
    expect(readFileSync(`${file}.part`).length).toBe(5000);
  });
});
