import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bodyStream } from "./body.ts";
import { HttpError } from "./errors.ts";

let server: Server;
let outcome: PromiseWithResolvers<string>;
beforeEach(async () => {
  outcome = Promise.withResolvers();
  server = createServer((message, response) => {
    read(message)
      .then(outcome.resolve, outcome.reject)
      .finally(() => response.end("done"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

async function read(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of bodyStream(message, 1000, 80)) text += String(chunk);
  return text;
}

function post(headers: Record<string, string>) {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const outgoing = request({ host: "127.0.0.1", port, method: "POST", headers });
  outgoing.on("error", () => undefined);
  return outgoing;
}

describe("a body", () => {
  it("may take as long as it keeps coming", async () => {
    const outgoing = post({ "content-length": "6" });
    for (const letter of "slowly") {
      outgoing.write(letter);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    outgoing.end();
    expect(await outcome.promise).toBe("slowly");
  });

  it("that stops coming is given up", async () => {
    post({ "content-length": "6" }).write("slow");
    await expect(outcome.promise).rejects.toMatchObject({ status: 408, code: "RequestTimeout" });
  });

  it("whose sender goes away fails its reader", async () => {
    const outgoing = post({ "content-length": "6" });
    outgoing.write("slow");
    await once(server, "request");
    outgoing.destroy();
    await expect(outcome.promise).rejects.toBeInstanceOf(HttpError);
  });

  it("that is larger than allowed fails its reader", async () => {
    post({}).end("x".repeat(1001));
    await expect(outcome.promise).rejects.toMatchObject({ status: 413 });
  });

  it("that is not what its encoding says fails its reader", async () => {
    post({ "content-encoding": "gzip" }).end("not gzip at all");
    await expect(outcome.promise).rejects.toMatchObject({ status: 400, code: "InvalidBody" });
  });
});
