// Nonsense on sockets: messages in any order, frames that break the WebSocket protocol, bytes that are not HTTP.
import { connect } from "node:net";
import { once } from "node:events";
import { WebSocket } from "ws";
import { anyBytes, clientMessage, garble, pick, spoil, type Random } from "./nonsense.ts";

/** @param heard told everything that the server says */
export async function fuzzSocket(
  url: string,
  messages: number,
  random: Random,
  heard: (text: string) => void,
): Promise<void> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/1.48.0/sync`);
  socket.on("message", (data: Buffer) => heard(data.toString("utf8")));
  socket.on("error", () => undefined);
  await once(socket, "open");
  const isOpen = (): boolean => socket.readyState === socket.OPEN;
  if (random() < 0.9) {
    socket.send(
      JSON.stringify({
        ...{ type: "Connect", sessionId: crypto.randomUUID(), connectionCount: 0 },
        lastCloseReason: null,
      }),
    );
  }
  let querySet = 0;
  for (let sent = 0; sent < messages && isOpen(); sent++) {
    if (random() < 0.02) socket.send(anyBytes(random, 100));
    else {
      const message = spoil(random, clientMessage(random, querySet));
      if (message.type === "ModifyQuerySet" && message.baseVersion === querySet) querySet += 1;
      socket.send(garble(random, JSON.stringify(message)));
    }
    if (random() < 0.3) await new Promise(setImmediate);
  }
  if (random() < 0.5) socket.terminate();
  else socket.close();
  if (socket.readyState !== socket.CLOSED) await once(socket, "close");
}

const MASK = Buffer.from([0, 0, 0, 0]);

/** Frames as no WebSocket library would send them. */
export async function fuzzFrames(url: string, random: Random): Promise<void> {
  await rawConnection(url, (write) => {
    write(
      "GET /api/1.48.0/sync HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
    for (let frame = 0; frame < 5; frame++) {
      const opcode = Math.floor(random() * 256);
      const payload = anyBytes(random, 120);
      const length = random() < 0.8 ? payload.length : Math.floor(random() * 126);
      const masked = random() < 0.8 ? 0x80 : 0;
      write(Buffer.concat([Buffer.from([opcode, masked | length]), MASK, payload]));
      // A length of 2^63.
      if (random() < 0.1) write(Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]));
    }
  });
}

/** Whatever else may arrive at a port. */
export async function fuzzBytes(url: string, random: Random): Promise<void> {
  const starts = [
    ...[
      "",
      "GET / HTTP/1.1\r\n",
      "POST /api/query HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n",
    ],
    ...[
      "GET / HTTP/9.9\r\n\r\n",
      "POST /api/query HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ...["GET http://[::1 HTTP/1.1\r\nHost: \r\n\r\n", "GET //// HTTP/1.1\r\nHost: :::\r\n\r\n"],
    ...["OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ...["GET /api/1.48.0/sync HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"],
  ];
  await rawConnection(url, (write) => {
    write(pick(random, starts));
    write(anyBytes(random, 300));
  });
}

async function rawConnection(
  url: string,
  talk: (write: (bytes: string | Buffer) => void) => void,
): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined).resume();
  await once(socket, "connect");
  talk((bytes) => {
    if (!socket.destroyed) socket.write(bytes);
  });
  // What the server makes of it may take a moment; what it never answers is cut off from here.
  await Promise.race([once(socket, "close"), new Promise((resolve) => setTimeout(resolve, 30))]);
  socket.destroy();
}
