// A network line that a test can cut: what goes through it breaks off in the middle, and nobody answers until it is mended.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export type Line = {
  port: number;
  /** Where the line leads to; may be told later, before the first connection. */
  leadTo(port: number): void;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
};

/** A line on 127.0.0.1. A browser goes through it when told so (see `throughLine`). */
export async function startLine(): Promise<Line> {
  const sockets = new Set<Socket>();
  let targetPort = 0;
  let isCut = false;
  const server = createServer((socket) => {
    if (isCut) return socket.destroy();
    const onward = connect(targetPort, "127.0.0.1");
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      // Whoever breaks off breaks the whole line, as a dead network does.
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    return undefined;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    // It listens on TCP, so its address is one with a port.
    port: (server.address() as AddressInfo).port,
    leadTo: (port) => (targetPort = port),
    cut: () => {
      isCut = true;
      breakAll();
    },
    mend: () => (isCut = false),
    close: async () => {
      breakAll();
      server.close();
      await once(server, "close");
    },
  };
}

/** The browser's switch that sends everything for this machine through the line. */
export function throughLine(line: Line): string {
  return `--host-resolver-rules=MAP 127.0.0.1 127.0.0.1:${line.port}`;
}
