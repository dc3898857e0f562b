// Files over real sockets: conformance checks 90 and 91, upload addresses that expire and work once, sizes, ranges.
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { startTestServer, until, type TestServer } from "./testing/testServer.ts";

// Processes start and clients wait before they try again: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 120_000 });

const MAX_UPLOAD_BYTES = 200_000;

let server: TestServer;
let client: ConvexHttpClient;
beforeAll(async () => {
  server = await startTestServer({ maxUploadBytes: MAX_UPLOAD_BYTES });
  client = new ConvexHttpClient(server.url);
});
afterAll(() => server[Symbol.asyncDispose]());

type NoArgs = Record<string, never>;
type ById = { storageId: string };
const uploadUrl = makeFunctionReference<"mutation", NoArgs, string>("files:uploadUrl");
const urlOf = makeFunctionReference<"query", ById, string | null>("files:url");
const metadataOf = makeFunctionReference<"query", ById, Record<string, unknown> | null>(
  "files:metadata",
);
const remove = makeFunctionReference<"mutation", ById>("files:remove");
const roundTrip = makeFunctionReference<
  "action",
  { text: string; type: string },
  { storageId: string; text: string; type: string }
>("files:roundTrip");

async function upload(
  bytes: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(await client.mutation(uploadUrl, {}), { method: "POST", body: bytes, headers });
}

async function stored(bytes: Uint8Array<ArrayBuffer>, type = "audio/webm"): Promise<string> {
  const response = await upload(bytes, { "content-type": type });
  return ((await response.json()) as ById).storageId;
}

/** The file's address, which must be there. */
async function addressOf(storageId: string): Promise<string> {
  const url = await client.query(urlOf, { storageId });
  if (url === null) throw new Error(`${storageId} has no address.`);
  return url;
}

function filesOnDisk(): string[] {
  return readdirSync(join(server.dataDir, "files"), { recursive: true })
    .map(String)
    .filter((name) => /[0-9a-f]{8}-/.test(name));
}

describe("an upload", () => {
  it("is stored with type, size and digest, and comes back the same", async () => {
    const bytes = randomBytes(100_000);
    const storageId = await stored(bytes);
    expect(await client.query(metadataOf, { storageId })).toMatchObject({
      ...{ _id: storageId, size: 100_000, contentType: "audio/webm" },
      sha256: createHash("sha256").update(bytes).digest("base64"),
    });
    const response = await fetch(await addressOf(storageId));
    expect(response.headers.get("content-type")).toBe("audio/webm");
    expect(response.headers.get("content-length")).toBe("100000");
    expect(response.headers.get("accept-ranges")).toBe("bytes");
    expect(response.headers.get("cache-control")).toContain("private");
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it("may be empty, and need not have a type", async () => {
    const response = await upload(new Uint8Array(0));
    const { storageId } = (await response.json()) as ById;
    expect(await client.query(metadataOf, { storageId })).toMatchObject({ size: 0 });
    expect((await fetch(await addressOf(storageId))).status).toBe(200);
  });

  it("is checked against the digest that its sender claims", async () => {
    const bytes = new TextEncoder().encode("digested");
    const right = createHash("sha256").update(bytes).digest("base64");
    expect((await upload(bytes, { digest: `sha-256=${right}` })).status).toBe(200);
    const before = filesOnDisk();
    const wrong = await upload(bytes, { digest: `sha-256=${right.replace(/^../, "AA")}` });
    expect(wrong.status).toBe(400);
    expect(((await wrong.json()) as { code: string }).code).toBe("Sha256Mismatch");
    expect((await upload(bytes, { digest: "sha-256=short" })).status).toBe(400);
    expect(filesOnDisk()).toEqual(before);
  });

  it("needs an address that this server made, once", async () => {
    const url = await client.mutation(uploadUrl, {});
    const post = (to: string): Promise<Response> => fetch(to, { method: "POST", body: "x" });
    expect((await post(url)).status).toBe(200);
    const again = await post(url);
    expect(again.status).toBe(401);
    expect(((await again.json()) as { code: string }).code).toBe("StorageTokenInvalid");
    expect((await post(url.replace(/token=.*/, "token=made-up"))).status).toBe(401);
    expect((await post(url.replace(/\?.*/, ""))).status).toBe(401);
  });

  it("at one address by two senders at once is stored once", async () => {
    const url = await client.mutation(uploadUrl, {});
    const before = filesOnDisk().length;
    const responses = await Promise.all(
      [1, 2, 3].map((n) => fetch(url, { method: "POST", body: `sender ${String(n)}` })),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    expect(filesOnDisk().length).toBe(before + 1);
  });

  it("that fails at the digest may be tried again at the same address", async () => {
    const url = await client.mutation(uploadUrl, {});
    const digest = `sha-256=${createHash("sha256").update("other").digest("base64")}`;
    const first = await fetch(url, { method: "POST", body: "bytes", headers: { digest } });
    expect(first.status).toBe(400);
    expect((await fetch(url, { method: "POST", body: "bytes" })).status).toBe(200);
  });

  it("is capped in size, declared or not", async () => {
    const before = filesOnDisk();
    expect((await upload(new Uint8Array(MAX_UPLOAD_BYTES))).status).toBe(200);
    expect((await upload(new Uint8Array(MAX_UPLOAD_BYTES + 1))).status).toBe(413);
    const url = new URL(await client.mutation(uploadUrl, {}));
    const outgoing = httpRequest(url, { method: "POST" });
    outgoing.on("error", () => undefined);
    for (let sent = 0; sent <= MAX_UPLOAD_BYTES; sent += 50_000) {
      outgoing.write(Buffer.alloc(50_000));
    }
    const [response] = (await once(outgoing, "response")) as [{ statusCode: number }];
    expect(response.statusCode).toBe(413);
    outgoing.destroy();
    expect(filesOnDisk().length).toBe(before.length + 1);
  });

  it("that is broken off leaves nothing", async () => {
    const before = filesOnDisk();
    const outgoing = httpRequest(new URL(await client.mutation(uploadUrl, {})), {
      method: "POST",
      headers: { "content-length": "100000" },
    });
    outgoing.on("error", () => undefined);
    outgoing.write(Buffer.alloc(50_000));
    const incoming = join(server.dataDir, "files", ".incoming");
    await until(() => readdirSync(incoming).length > 0);
    outgoing.destroy();
    await until(() => readdirSync(incoming).length === 0);
    expect(filesOnDisk()).toEqual(before);
  });

  it("is allowed to pages of other origins", async () => {
    const url = await client.mutation(uploadUrl, {});
    const preflight = await fetch(url, {
      method: "OPTIONS",
      headers: { origin: "http://app.test", "access-control-request-headers": "content-type" },
    });
    expect(preflight.headers.get("access-control-allow-headers")).toBe("content-type");
    const response = await fetch(url, {
      ...{ method: "POST", body: "x" },
      headers: { origin: "http://app.test" },
    });
    expect(response.headers.get("access-control-allow-origin")).toBe("http://app.test");
  });
});

describe("a download", () => {
  it("gives the asked-for range", async () => {
    const bytes = randomBytes(1000);
    const url = await addressOf(await stored(bytes));
    const ranges: [string, number, number][] = [
      ["bytes=0-9", 0, 9],
      ["bytes=990-", 990, 999],
      ["bytes=-5", 995, 999],
      ["bytes=100-5000", 100, 999],
    ];
    for (const [range, first, last] of ranges) {
      const response = await fetch(url, { headers: { range } });
      expect(response.status).toBe(206);
      expect(response.headers.get("content-range")).toBe(
        `bytes ${String(first)}-${String(last)}/1000`,
      );
      const part = Buffer.from(await response.arrayBuffer());
      expect(part.equals(bytes.subarray(first, last + 1))).toBe(true);
    }
    for (const range of ["bytes=1000-", "bytes=-0", "bytes=0-1,3-4"]) {
      const response = await fetch(url, { headers: { range } });
      expect(response.status).toBe(416);
      expect(response.headers.get("content-range")).toBe("bytes */1000");
    }
    expect((await fetch(url, { headers: { range: "lines=1-2" } })).status).toBe(200);
  });

  it("is not sent again to those who have it", async () => {
    const url = await addressOf(await stored(randomBytes(10)));
    const etag = (await fetch(url)).headers.get("etag") ?? "";
    expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(304);
    const stale = { range: "bytes=0-1", "if-range": '"other"' };
    expect((await fetch(url, { headers: stale })).status).toBe(200);
    expect((await fetch(url, { headers: { ...stale, "if-range": etag } })).status).toBe(206);
  });

  it("of what a browser would run is put in a sandbox", async () => {
    const url = await addressOf(await stored(randomBytes(10), "text/html"));
    const { headers } = await fetch(url);
    expect(headers.get("content-security-policy")).toBe("sandbox");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("of what there is not is refused", async () => {
    expect((await fetch(`${server.url}/api/storage/nonsense`)).status).toBe(400);
    expect((await fetch(`${server.url}/api/storage/..%2F..%2Fadmin-key`)).status).toBe(400);
    const unknown = `${server.url}/api/storage/6f5b0a4e-1111-4222-8333-444455556666`;
    expect((await fetch(unknown)).status).toBe(404);
  });
});

describe("a deleted file", () => {
  it("has no address any more, its address answers 404, and its bytes go", async () => {
    const storageId = await stored(randomBytes(10));
    const url = await addressOf(storageId);
    const internalId = url.slice(url.lastIndexOf("/") + 1);
    const path = join(server.dataDir, "files", internalId.slice(0, 2), internalId);
    expect(existsSync(path)).toBe(true);
    await client.mutation(remove, { storageId });
    expect(await client.query(urlOf, { storageId })).toBeNull();
    expect((await fetch(url)).status).toBe(404);
    await until(() => !existsSync(path));
  });

  it("that is deleted by a mutation that then fails is still there", async () => {
    const storageId = await stored(randomBytes(10));
    const failing = makeFunctionReference<"mutation", ById>("files:removeAndFail");
    await expect(client.mutation(failing, { storageId })).rejects.toThrow("after all");
    expect((await fetch(await addressOf(storageId))).status).toBe(200);
  });
});

describe("an action", () => {
  it("stores a blob and gets it back with its type", async () => {
    const text = "naïve 😀".repeat(1000);
    const result = await client.action(roundTrip, { text, type: "text/x-test" });
    expect(result).toMatchObject({ text, type: "text/x-test" });
    const response = await fetch(await addressOf(result.storageId));
    expect(await response.text()).toBe(text);
  });
});

describe("a subscription to a file's address", () => {
  it("hears of its deletion", async () => {
    const storageId = await stored(randomBytes(10));
    const watching = new ConvexClient(server.url);
    const seen: (string | null)[] = [];
    watching.onUpdate(urlOf, { storageId }, (url) => seen.push(url));
    await until(() => seen.length === 1);
    await client.mutation(remove, { storageId });
    await until(() => seen.length === 2);
    expect(seen[1]).toBeNull();
    await watching.close();
  });
});

describe("a start after a crash", () => {
  it("removes bytes that have no row, and keeps those that have one", async () => {
    const storageId = await stored(randomBytes(10));
    const orphan = "0b7e0a4e-1111-4222-8333-444455556666";
    mkdirSync(join(server.dataDir, "files", "0b"), { recursive: true });
    writeFileSync(join(server.dataDir, "files", "0b", orphan), "orphan");
    writeFileSync(join(server.dataDir, "files", ".incoming", orphan), "half");
    await server.close();
    // As a server leaves it that does not come to its end.
    writeFileSync(join(server.dataDir, "server.json"), "{}");
    await server.restart();
    expect(filesOnDisk().join()).not.toContain(orphan);
    expect((await fetch(await addressOf(storageId))).status).toBe(200);
  });
});
