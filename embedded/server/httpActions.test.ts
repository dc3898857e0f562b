// HTTP actions on the site port, under /http, and on the main origin: conformance checks 40, 41 and 43.
import { randomBytes } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, until, type TestServer } from "./testing/testServer.ts";
import { createIssuer, signToken, type Issuer } from "./testing/tokens.ts";

let issuer: Issuer;
let server: TestServer;
beforeAll(async () => {
  issuer = await createIssuer("ES256");
  server = await startTestServer({
    variables: { TEST_JWKS: issuer.jwksDataUri },
    siteRoutesOnMainPort: true,
    fallback: (request, response) => {
      response.end(`the web app answers ${request.url ?? ""}`);
    },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const textAt = async (url: string): Promise<string> => (await fetch(url)).text();

describe("a route of the app", () => {
  // With one port for everything the site is the main origin.
  it("is found exactly first, then by the longest prefix", async () => {
    for (const base of [server.siteUrl, `${server.url}/http`]) {
      expect(await textAt(`${base}/hello`)).toBe("hello");
      expect(await textAt(`${base}/files/exact`)).toBe("exact");
      expect(await textAt(`${base}/files/deep/er`)).toBe("deep");
      expect(await textAt(`${base}/files/x`)).toBe("files");
    }
  });

  it("for another method, or none at all, is Convex's 404 under /http", async () => {
    const posted = await fetch(`${server.url}/http/hello`, { method: "POST" });
    expect(posted.status).toBe(404);
    expect(await posted.text()).toBe("No matching routes found");
    expect((await fetch(`${server.url}/http/nowhere`)).status).toBe(404);
  });

  it("answers HEAD with headers only", async () => {
    const response = await fetch(`${server.siteUrl}/hello`, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe("5");
    expect(await response.text()).toBe("");
  });

  it("sees its own address, its host, and its query", async () => {
    for (const base of [server.siteUrl, `${server.url}/http`]) {
      const response = await fetch(`${base}/echo?a=1&b=%20`, { method: "POST", body: "x" });
      expect(response.headers.get("x-url")).toBe(`${server.siteUrl}/echo?a=1&b=%20`);
      expect(response.headers.get("x-host")).toBe(new URL(server.siteUrl).host);
    }
    const proxied = await fetch(`${server.siteUrl}/echo`, {
      method: "POST",
      headers: { "x-forwarded-proto": "https" },
      body: "x",
    });
    expect(proxied.headers.get("x-url")).toMatch(/^https:/);
  });

  it.each([0, 1, 1000, 3_000_000, 20 << 20])(
    "gets %i bytes and gives them back",
    async (sizeBytes) => {
      const body = randomBytes(sizeBytes);
      const response = await fetch(`${server.siteUrl}/echo`, {
        method: "POST",
        headers: { "content-type": "application/x-test" },
        body,
      });
      expect(response.status).toBe(201);
      expect(response.headers.get("content-type")).toBe("application/x-test");
      expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
    },
  );

  it("does not get more than 20 MiB", async () => {
    const response = await fetch(`${server.siteUrl}/echo`, {
      method: "POST",
      body: Buffer.alloc((20 << 20) + 1),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${server.siteUrl}/hello`)).status).toBe(200);
  });

  it("may set several cookies and no body", async () => {
    const response = await fetch(`${server.siteUrl}/cookies`);
    expect(response.status).toBe(204);
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it("may answer bit by bit", async () => {
    const { hostname, port } = new URL(server.siteUrl);
    const outgoing = httpRequest({ hostname, port, path: "/stream" }).end();
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    const parts: string[] = [];
    for await (const part of response) parts.push(String(part));
    expect(parts.join("")).toBe("part 1;part 2;part 3;");
    expect(parts.length).toBeGreaterThan(1);
  });

  it("is told when its client goes away before it has said anything", async () => {
    const logged = async (): Promise<string[]> => {
      const response = await fetch(`${server.url}/api/stream_function_logs?cursor=1`, {
        headers: { authorization: `Convex ${server.adminKey}` },
      });
      const { entries } = (await response.json()) as { entries: { identifier: string }[] };
      return entries.map(({ identifier }) => identifier);
    };
    const leaving = new AbortController();
    const waiting = fetch(`${server.siteUrl}/silent`, { signal: leaving.signal });
    await until(async () => (await logged()).includes("GET /silent"));
    const before = (await logged()).filter((identifier) => identifier === "GET /hello").length;
    leaving.abort();
    await expect(waiting).rejects.toThrow();
    await until(
      async () =>
        (await logged()).filter((identifier) => identifier === "GET /hello").length > before,
    );
  });

  it("that throws is a 500 with the error's text in JSON", async () => {
    const response = await fetch(`${server.siteUrl}/throws`);
    expect(response.status).toBe(500);
    const body = (await response.json()) as { code: string };
    expect(body.code).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error: .*out of order/);
  });

  it("sets its own CORS headers or none", async () => {
    const response = await fetch(`${server.siteUrl}/hello`, {
      headers: { origin: "http://x.test" },
    });
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("the caller of an HTTP action", () => {
  const whoami = async (authorization?: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${server.siteUrl}/whoami`, {
      headers: authorization === undefined ? {} : { authorization },
    });
    return { status: response.status, text: await response.text() };
  };

  it("is nobody without a header, and the token's bearer with one", async () => {
    expect((await whoami()).text).toBe('{"subject":null}');
    const token = await signToken(issuer.privateKey);
    expect((await whoami(`Bearer ${token}`)).text).toBe('{"subject":"ada"}');
  });

  it("with a bad token reaches the action, where asking for the identity throws", async () => {
    const { status, text } = await whoami("Bearer garbage");
    expect(status).toBe(500);
    expect(text).toContain("Could not parse as a JWT");
    const hello = await fetch(`${server.siteUrl}/hello`, {
      headers: { authorization: "Bearer garbage" },
    });
    expect(hello.status).toBe(200);
  });
});

describe("one origin for everything", () => {
  it("gives the app's routes precedence over the web app, and Convex's over both", async () => {
    expect(await textAt(`${server.url}/hello`)).toBe("hello");
    expect(await textAt(`${server.url}/api/auth/callback`)).toBe("auth");
    expect(await textAt(`${server.url}/`)).toBe("the web app answers /");
    expect(await textAt(`${server.url}/lecture/5?x=1`)).toBe("the web app answers /lecture/5?x=1");
    const posted = await fetch(`${server.url}/hello`, { method: "POST" });
    expect(await posted.text()).toBe("the web app answers /hello");
    expect((await fetch(`${server.url}/api/unheard_of`)).status).toBe(501);
    expect(server.siteUrl).toBe(server.url);
  });

  it("without an app's http.ts says that there are no HTTP actions", async () => {
    await using empty = await startTestServer({ push: false });
    const response = await fetch(`${empty.siteUrl}/hello`);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe(
      "This Convex deployment does not have HTTP actions enabled.",
    );
  });
});
