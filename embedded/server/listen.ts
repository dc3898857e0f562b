// Opens the ports, and says clearly what is wrong when one cannot be had.
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";

/** Headers must be here soon; bodies may take as long as they keep coming (recordings are large, phones are slow). */
const HEADERS_WITHIN_MS = 60_000;

export class ListenError extends Error {
  override name = "ListenError";
}

/** A certificate with its private key, both PEM. */
export type Tls = { key: string; cert: string };

/** @throws ListenError written for whoever chose host and port */
export async function listen(
  listener: RequestListener,
  host: string,
  port: number,
  tls?: Tls,
): Promise<{ server: Server; port: number }> {
  const options = { requestTimeout: 0, headersTimeout: HEADERS_WITHIN_MS, noDelay: true };
  const server = tls
    ? createTlsServer({ ...options, ...tls }, listener)
    : createServer(options, listener);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    throw new ListenError(listenText(error, host, port));
  }
  const address = server.address();
  return {
    server,
    port: typeof address === "object" && address !== null ? address.port : port,
  };
}

function listenText(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  switch (code) {
    case "EADDRINUSE":
      return `Port ${String(port)} on ${host} is in use by another program. Stop it, or choose another port (0 takes any free one).`;
    case "EACCES":
      return `Port ${String(port)} on ${host} may not be opened by this user. Choose a port above 1023.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `This machine has no address ${host} to listen on. Use 127.0.0.1, or 0.0.0.0 for all of its addresses.`;
    default:
      return `Could not listen on ${host}:${String(port)}: ${String(error)}`;
  }
}

/** The address that reaches a server bound to `host` from this machine. */
export function addressOf(host: string, port: number): string {
  if (host === "0.0.0.0" || host === "::") return `http://127.0.0.1:${String(port)}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${String(port)}`;
}

/** Takes no new connections, lets requests in progress finish for a while, then ends them. */
export async function closeServer(server: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearTimeout(deadline);
}
