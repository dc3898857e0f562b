import { createServer, get } from "node:https";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { certificateFor, type Certificate } from "./certificate.ts";

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "lectern-certificate-")), "lan");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

/** What a client that trusts only `authority` gets from a server with the certificate. */
async function visit({ key, cert }: Certificate, authority: string, servername: string) {
  const server = createServer({ key, cert }, (_, response) => response.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  try {
    return await new Promise<string>((resolve, reject) => {
      const options = { host: "127.0.0.1", port, ca: authority, agent: false };
      const request = get({ ...options, ...(servername ? { servername } : {}) }, (response) => {
        response.on("data", (data: Buffer) => resolve(data.toString()));
      });
      request.on("error", reject);
    });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("the certificate for other devices", () => {
  it("is good for the names and addresses, to whoever trusts the authority", async () => {
    const certificate = await certificateFor(folder, ["192.168.1.5", "study.local", "127.0.0.1"]);
    expect(await visit(certificate, certificate.authority, "")).toBe("hello");
    expect(await visit(certificate, certificate.authority, "study.local")).toBe("hello");
    await expect(visit(certificate, certificate.authority, "other.local")).rejects.toThrow(
      /altnames/u,
    );
    const other = await certificateFor(join(folder, "other"), ["127.0.0.1"]);
    await expect(visit(certificate, other.authority, "")).rejects.toThrow(/certificate/u);
  });

  it("stays the same from start to start", async () => {
    const first = await certificateFor(folder, ["192.168.1.5"]);
    expect(await certificateFor(folder, ["192.168.1.5"])).toEqual(first);
  });

  it("follows the machine to a new address, under the same authority", async () => {
    const before = await certificateFor(folder, ["192.168.1.5", "127.0.0.1"]);
    const after = await certificateFor(folder, ["10.0.0.9", "127.0.0.1"]);
    expect(after.cert).not.toBe(before.cert);
    expect(after.authority).toBe(before.authority);
    expect(await visit(after, before.authority, "")).toBe("hello");
  });

  it.skipIf(process.platform === "win32")("keeps its keys to this user", async () => {
    await certificateFor(folder, ["192.168.1.5"]);
    for (const name of ["authority-key.pem", "server-key.pem"]) {
      expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    }
  });
});
