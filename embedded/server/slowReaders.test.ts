// Clients that read slowly or not at all cost the server a bounded amount of memory and nobody else anything.
import { connect, type Socket } from "node:net";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { RawClient, add } from "./testing/rawClient.ts";
import { startTestServer, until, type TestServer } from "./testing/testServer.ts";

// Processes start and clients wait before they try again: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 120_000 });

const CONGESTED_BYTES = 256 * 1024;
const MOST_UNSENT_BYTES = 4 << 20;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    sync: {
      times: { watchMs: 20, stuckAfterMs: 60_000 },
      outboxLimits: { congestedBytes: CONGESTED_BYTES, mostUnsentBytes: MOST_UNSENT_BYTES },
    },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What the process holds outside of V8's heap and in it. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe("a client that stops reading its socket", () => {
  it("is shown one newest moment when it reads again, not all that it missed", async () => {
    const slow = await RawClient.connect(server.url, { queries: [add(0, "messages:list")] });
    const writer = await RawClient.connect(server.url);
    slow.socket.pause();
    // About 30 MB of transitions, would all of them be sent.
    const body = "x".repeat(10_000);
    for (let requestId = 0; requestId < 75; requestId++) {
      await writer.mutate(requestId, "messages:send", { body });
    }
    const before = slow.messages.length;
    slow.socket.resume();
    await slow.until(() => (slow.value(0) as string[] | undefined)?.length === 75);
    expect(slow.messages.length - before).toBeLessThan(60);
    const client = await RawClient.connect(server.url);
    await client.mutate(0, "messages:removeAll", {});
    await Promise.all([slow, writer, client].map((each) => each.close()));
  });

  it("is cut off when the answers to what it asked for pile up", async () => {
    const client = await RawClient.connect(server.url);
    client.socket.pause();
    const requests = 40;
    const before = heldBytes();
    for (let requestId = 0; requestId < requests; requestId++) {
      client.send({
        ...{ type: "Mutation", requestId, udfPath: "values:large" },
        args: [{ characters: 1_000_000 }],
      });
    }
    const other = await RawClient.connect(server.url);
    let worst = 0;
    let requestId = 0;
    await until(async () => {
      // Everybody else is served meanwhile.
      expect((await other.mutate(requestId++, "messages:nothing", {})).success).toBe(true);
      worst = Math.max(worst, heldBytes() - before);
      return client.socket.readyState === client.socket.CLOSED || isCutOff(client);
    });
    // 40 MB were asked for; the cap, what the kernel holds and a few answers in flight are less.
    expect(worst).toBeLessThan(60 << 20);
    await other.close();
  });

  it("and sends on and on is not read any further", async () => {
    const { socket, send } = await rawSocket(server.url);
    socket.pause();
    send(JSON.stringify({ ...connectMessage, clientTs: 0 }));
    send('{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[]}');
    let requestId = 0;
    let isFull = false;
    const endMs = Date.now() + 20_000;
    while (!isFull && Date.now() < endMs) {
      for (let i = 0; i < 200; i++) {
        send(
          JSON.stringify({
            ...{ type: "Action", requestId: requestId++, udfPath: "actions:slow" },
            args: [{ label: "flood", durationMs: 60_000, padding: "p".repeat(1000) }],
          }),
        );
      }
      await new Promise(setImmediate);
      // The system takes no more from us: nobody reads at the other end.
      isFull = socket.writableLength > 8 << 20;
    }
    expect(isFull).toBe(true);
    expect((await fetch(`${server.url}/version`)).status).toBe(200);
    socket.destroy();
  });
});

describe("a client whose transition is larger than what may pile up", () => {
  it("gets it whole", async () => {
    const client = await RawClient.connect(server.url);
    client.modify(
      1,
      [0, 1, 2].map((queryId) =>
        add(queryId, "messages:large", { characters: 3_000_000 + 3 * queryId }),
      ),
    );
    await client.until(() => client.results.size === 3);
    expect((client.value(2) as string).length).toBe(3_000_006);
    await client.close();
  });
});

describe("a client that watches more than any screen shows", () => {
  it("is told so and let go", async () => {
    const client = await RawClient.connect(server.url);
    client.modify(
      1,
      Array.from({ length: 20_001 }, (_, queryId) =>
        add(queryId, "counters:get", { name: "same" }),
      ),
    );
    await client.until(() => client.closed);
    expect(client.messages.at(-1)).toMatchObject({ type: "FatalError" });
    expect(client.messages.at(-1)?.error).toContain("TooManyQueries");
  });

  it("may watch as much as is allowed", async () => {
    const client = await RawClient.connect(server.url);
    client.modify(
      1,
      Array.from({ length: 20_000 }, (_, queryId) =>
        add(queryId, "counters:get", { name: "same" }),
      ),
    );
    await client.until(() => client.results.size === 20_000);
    await client.close();
  });
});

describe("a client that takes nothing for too long", () => {
  it("is cut off", async () => {
    await using impatient = await startTestServer({
      sync: {
        times: { watchMs: 10, stuckAfterMs: 200 },
        outboxLimits: { congestedBytes: CONGESTED_BYTES },
      },
    });
    const client = await RawClient.connect(impatient.url);
    client.socket.pause();
    client.modify(1, [add(0, "messages:large", { characters: 9_000_000 })]);
    await until(() => isCutOff(client));
  });
});

describe("an HTTP client that does not read its download", () => {
  it("makes the server read no further from the disk", async () => {
    const { hostname, port } = new URL(server.url);
    const uploadUrl = await fetch(`${server.url}/api/mutation`, {
      method: "POST",
      body: JSON.stringify({ path: "files:uploadUrl", args: {} }),
    });
    const { value } = (await uploadUrl.json()) as { value: string };
    const bytes = randomBytes(64 << 20);
    const { storageId } = (await (await fetch(value, { method: "POST", body: bytes })).json()) as {
      storageId: string;
    };
    const urlReply = await fetch(`${server.url}/api/query`, {
      method: "POST",
      body: JSON.stringify({ path: "files:url", args: { storageId } }),
    });
    const url = new URL(((await urlReply.json()) as { value: string }).value);

    const before = heldBytes();
    const sockets = Array.from({ length: 8 }, () => {
      const socket = connect(Number(port), hostname);
      socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: x\r\n\r\n`);
      socket.pause();
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    expect((await fetch(`${server.url}/version`)).status).toBe(200);
    // 512 MB would be on their way.
    expect(heldBytes() - before).toBeLessThan(64 << 20);
    for (const socket of sockets) socket.destroy();
  });
});

/** A paused client does not see that it was cut off until it writes or reads. */
function isCutOff(client: RawClient): boolean {
  client.socket.ping(undefined, undefined, () => undefined);
  return client.closed !== null || client.socket.readyState !== client.socket.OPEN;
}

const connectMessage = {
  ...{ type: "Connect", sessionId: "6f5b0a4e-1111-4222-8333-444455556666" },
  ...{ connectionCount: 0, lastCloseReason: null },
};

/** A WebSocket made by hand, to see how much of what is sent the other side takes. */
async function rawSocket(url: string): Promise<{ socket: Socket; send: (text: string) => void }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  socket.write(
    `GET /api/1.48.0/sync HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
  );
  await once(socket, "data");
  const send = (text: string): void => {
    const payload = Buffer.from(text);
    const header = Buffer.alloc(8);
    // A final text frame, masked with zeros, its length in two bytes.
    header[0] = 0x81;
    header[1] = 0x80 | 126;
    header.writeUInt16BE(payload.length, 2);
    socket.write(Buffer.concat([header, payload]));
  };
  return { socket, send };
}
