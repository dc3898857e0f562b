// Who may do what: tokens on the socket and over HTTP, forged ones refused, the admin key, a provider on the same origin.
import { createHmac } from "node:crypto";
import type { JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference, type UserIdentity } from "convex/server";
import { RawClient, add } from "./testing/rawClient.ts";
import { startTestServer, until, type TestServer } from "./testing/testServer.ts";
import { createIssuer, signToken, type Issuer } from "./testing/tokens.ts";

// Processes start and clients wait before they try again: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 120_000 });

let issuer: Issuer;
let oidcIssuer: Issuer;
let server: TestServer;
beforeAll(async () => {
  issuer = await createIssuer("ES256");
  oidcIssuer = await createIssuer("RS256");
  server = await startTestServer({
    variables: { TEST_JWKS: issuer.jwksDataUri, OIDC_JWKS: oidcIssuer.jwksText },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const me = makeFunctionReference<"query", Record<string, never>, UserIdentity | null>("users:me");
const greetMe = makeFunctionReference<"mutation", { label: string }, string | null>(
  "users:greetMe",
);

function authenticate(client: RawClient, baseVersion: number, token: string): void {
  client.send({ type: "Authenticate", baseVersion, tokenType: "User", value: token });
}

/** What `/api/query` says about a token. */
async function tryToken(token: string): Promise<{ status: number; code?: string }> {
  const response = await fetch(`${server.url}/api/query`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ path: "users:me", args: {} }),
  });
  const body = (await response.json()) as { code?: string; status?: string };
  return { status: response.status, ...(body.code === undefined ? {} : { code: body.code }) };
}

describe("a good token", () => {
  it("moves the identity on, and queries that look at it run again", async () => {
    const client = await RawClient.connect(server.url, { queries: [add(0, "users:me")] });
    expect(client.value(0)).toBeNull();
    authenticate(client, 0, await signToken(issuer.privateKey, { email: "ada@example.org" }));
    await client.until(() => client.shown.identity === 1);
    expect(client.value(0)).toEqual({
      tokenIdentifier: "https://issuer.test|ada",
      ...{ subject: "ada", issuer: "https://issuer.test", email: "ada@example.org" },
    });
    await client.close();
  });

  it("is confirmed to the real client", async () => {
    const client = new ConvexClient(server.url);
    const changes: boolean[] = [];
    client.setAuth(
      () => signToken(issuer.privateKey),
      (isAuthenticated) => changes.push(isAuthenticated),
    );
    await until(() => changes.length > 0);
    expect(changes).not.toContain(false);
    expect((await client.query(me, {}))?.subject).toBe("ada");
    await client.close();
  });

  it("counts over HTTP and in actions", async () => {
    const client = new ConvexHttpClient(server.url);
    client.setAuth(await signToken(issuer.privateKey, { role: "teacher", deep: { er: 1 } }));
    expect(await client.query(me, {})).toMatchObject({ role: "teacher", "deep.er": 1 });
    const inAction = makeFunctionReference<"action", Record<string, never>, UserIdentity | null>(
      "users:meInAction",
    );
    expect((await client.action(inAction, {}))?.subject).toBe("ada");
  });

  it("given up with None makes queries run again as nobody", async () => {
    const client = await RawClient.connect(server.url, { queries: [add(0, "users:me")] });
    authenticate(client, 0, await signToken(issuer.privateKey));
    await client.until(() => client.shown.identity === 1);
    client.send({ type: "Authenticate", baseVersion: 1, tokenType: "None" });
    await client.until(() => client.shown.identity === 2);
    expect(client.value(0)).toBeNull();
    await client.close();
  });

  it("does not show one user what another one sees", async () => {
    const [ada, bob] = await Promise.all(
      ["ada", "bob"].map(async (sub) => {
        const client = await RawClient.connect(server.url, { queries: [add(0, "users:me")] });
        authenticate(client, 0, await signToken(issuer.privateKey, { sub }));
        await client.until(() => client.shown.identity === 1);
        return client;
      }),
    );
    expect(ada?.value(0)).toMatchObject({ subject: "ada" });
    expect(bob?.value(0)).toMatchObject({ subject: "bob" });
    await Promise.all([ada?.close(), bob?.close()]);
  });
});

describe("a token that proves nothing", () => {
  const nowSeconds = Math.floor(Date.now() / 1000);

  it("is refused on the socket, which then closes", async () => {
    const client = await RawClient.connect(server.url);
    authenticate(client, 0, "garbage");
    await client.until(() => client.closed);
    expect(client.messages.at(-1)).toMatchObject({
      ...{ type: "AuthError", baseVersion: 0, authUpdateAttempted: true },
    });
    expect(client.closed).toEqual({ code: 1005, reason: "" });
  });

  it("leaves the real client without identity but with public data", async () => {
    const client = new ConvexClient(server.url);
    const changes: boolean[] = [];
    client.setAuth(
      () => signToken(issuer.privateKey, { aud: "another" }),
      (isAuthenticated) => changes.push(isAuthenticated),
    );
    await until(() => changes.includes(false), 25_000);
    const list = makeFunctionReference<"query">("messages:list");
    expect(await client.query(list, {})).toEqual([]);
    await client.close();
  }, 30_000);

  it("is refused over HTTP with a code and a sentence", async () => {
    const response = await fetch(`${server.url}/api/query`, {
      method: "POST",
      headers: { authorization: "Bearer garbage" },
      body: JSON.stringify({ path: "users:me", args: {} }),
    });
    expect(response.status).toBe(401);
    const body = (await response.json()) as Record<string, string>;
    expect(body.code).toBe("InvalidAuthHeader");
    expect(body.message).toContain("Could not parse as a JWT");
  });

  it.each([
    ["expired", { exp: nowSeconds - 60, iat: nowSeconds - 120 }, "Unauthenticated"],
    ["without expiry", { exp: undefined }, "Unauthenticated"],
    ["not valid yet", { nbf: nowSeconds + 600 }, "Unauthenticated"],
    ["of another issuer", { iss: "https://evil.test" }, "NoAuthProvider"],
    ["for another audience", { aud: "another" }, "NoAuthProvider"],
    ["without an audience", { aud: undefined }, "NoAuthProvider"],
    ["without a subject", { sub: undefined }, "Unauthenticated"],
  ])("is refused when %s", async (_name, claims, code) => {
    expect(await tryToken(await signToken(issuer.privateKey, claims))).toEqual({
      status: 401,
      code,
    });
  });

  it("is refused when somebody else signed it", async () => {
    const forger = await createIssuer("ES256");
    expect((await tryToken(await signToken(forger.privateKey))).status).toBe(401);
  });

  it("is refused when its payload was changed after signing", async () => {
    const [header, , signature] = (await signToken(issuer.privateKey)).split(".");
    const [, payload] = (await signToken(issuer.privateKey, { sub: "root" })).split(".");
    expect((await tryToken([header, payload, signature].join("."))).status).toBe(401);
  });

  it("is refused when its audience is something else of any depth", async () => {
    const [header, , signature] = (await signToken(issuer.privateKey)).split(".");
    const audience = "[".repeat(5_000) + "]".repeat(5_000);
    const payload = Buffer.from(`{"iss":"x","aud":[${audience},"there"]}`).toString("base64url");
    const client = await RawClient.connect(server.url);
    authenticate(client, 0, [header, payload, signature].join("."));
    await client.until(() => client.closed);
    expect(client.messages.at(-1)).toMatchObject({ type: "AuthError" });
    expect(client.messages.at(-1)?.error).toContain('audience "there"');
  });

  it("is refused when its algorithm is none", async () => {
    const [, payload] = (await signToken(issuer.privateKey)).split(".");
    const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
    expect((await tryToken(`${header}.${payload ?? ""}.`)).status).toBe(401);
  });

  it("is refused when the public key was used as a shared secret", async () => {
    const [, payload] = (await signToken(issuer.privateKey)).split(".");
    const header = Buffer.from('{"alg":"HS256","kid":"test","typ":"JWT"}').toString("base64url");
    for (const secret of [JSON.stringify(issuer.publicJwk), issuer.jwksText]) {
      const signature = createHmac("sha256", secret)
        .update(`${header}.${payload ?? ""}`)
        .digest("base64url");
      expect((await tryToken(`${header}.${payload ?? ""}.${signature}`)).status).toBe(401);
    }
  });

  it("is refused when it carries its own key", async () => {
    const forger = await createIssuer("ES256");
    const header = { jwk: forger.publicJwk } as Record<string, unknown>;
    const token = await signToken(forger.privateKey, {}, header);
    expect((await tryToken(token)).status).toBe(401);
  });

  it("is refused when it was made for another provider's algorithm", async () => {
    const other = await createIssuer("RS256");
    expect((await tryToken(await signToken(other.privateKey, {}, { alg: "RS256" }))).status).toBe(
      401,
    );
  });
});

describe("a token that expires", () => {
  it("is refused when it is used, and the real client goes on with a new one, once", async () => {
    // The server allows five seconds more. The client goes by the token's lifetime, and expects an hour.
    const exp = Math.floor(Date.now() / 1000) - 4;
    const shortLived = await signToken(issuer.privateKey, { iat: exp - 3600, exp });
    const client = new ConvexClient(server.url);
    const changes: boolean[] = [];
    let hasExpired = false;
    client.setAuth(
      async () => (hasExpired ? signToken(issuer.privateKey) : shortLived),
      (isAuthenticated) => changes.push(isAuthenticated),
    );
    await until(() => changes.includes(true));
    await until(() => Date.now() > (exp + 5) * 1000 + 50);
    hasExpired = true;
    expect((await tryToken(shortLived)).status).toBe(401);
    expect(await client.mutation(greetMe, { label: "after expiry" })).toBe("ada");
    const runs = makeFunctionReference<"query", { label: string }, number>("actions:runs");
    expect(await client.query(runs, { label: "after expiry" })).toBe(1);
    await client.close();
  }, 30_000);

  it("says on the socket that no new token was tried", async () => {
    const client = await RawClient.connect(server.url);
    const exp = Math.floor(Date.now() / 1000) - 4;
    authenticate(client, 0, await signToken(issuer.privateKey, { iat: exp - 60, exp }));
    await client.until(() => client.shown.identity === 1);
    await until(() => Date.now() > (exp + 5) * 1000 + 50);
    client.send({
      type: "Mutation",
      requestId: 0,
      udfPath: "users:greetMe",
      args: [{ label: "x" }],
    });
    await client.until(() => client.closed);
    expect(client.messages.at(-1)).toEqual({
      ...{ type: "AuthError", error: "Convex token identity expired" },
      ...{ baseVersion: 1, authUpdateAttempted: false },
    });
  });
});

describe("the admin key", () => {
  it("reaches internal functions on the socket; a wrong one does not", async () => {
    const client = await RawClient.connect(server.url);
    const refused = await client.mutate(0, "messages:sendInternal", { body: "no" });
    expect(refused.result).toContain("Could not find public function for 'messages:sendInternal'");
    client.send({
      ...{ type: "Authenticate", baseVersion: 0, tokenType: "Admin", value: server.adminKey },
    });
    await client.until(() => client.shown.identity === 1);
    expect(await client.mutate(1, "messages:sendInternal", { body: "yes" })).toMatchObject({
      success: true,
    });
    await client.mutate(2, "messages:removeAll", {});
    await client.close();

    const stranger = await RawClient.connect(server.url);
    stranger.send({
      type: "Authenticate",
      baseVersion: 0,
      tokenType: "Admin",
      value: "embedded|00",
    });
    await stranger.until(() => stranger.closed);
    expect(stranger.messages.at(-1)).toMatchObject({
      type: "AuthError",
      error: "The provided admin key was invalid for this instance.",
    });
  });

  it("may act as a user", async () => {
    const client = await RawClient.connect(server.url, { queries: [add(0, "users:me")] });
    client.send({
      ...{ type: "Authenticate", baseVersion: 0, tokenType: "Admin", value: server.adminKey },
      impersonating: { issuer: "https://acting.test", subject: "eve", name: "Eve" },
    });
    await client.until(() => client.shown.identity === 1);
    expect(client.value(0)).toMatchObject({
      tokenIdentifier: "https://acting.test|eve",
      name: "Eve",
    });
    await client.close();
  });
});

describe("a provider that this deployment is itself, as with Convex Auth", () => {
  const sign = (
    claims: JWTPayload = {},
    key: Parameters<typeof signToken>[0] = oidcIssuer.privateKey,
    header = {},
  ) =>
    signToken(
      key,
      { iss: server.siteUrl, aud: "convex", sub: "user|session", ...claims },
      { alg: "RS256", ...header },
    );
  const nowSeconds = Math.floor(Date.now() / 1000);

  it("has its keys fetched from the app's own HTTP actions", async () => {
    const client = new ConvexHttpClient(server.url);
    client.setAuth(await sign({ given_name: "Grace" }));
    expect(await client.query(me, {})).toEqual({
      tokenIdentifier: `${server.siteUrl}|user|session`,
      ...{ subject: "user|session", issuer: server.siteUrl, givenName: "Grace" },
    });
  });

  it.each([
    // Without the five seconds that custom JWTs are allowed.
    ["expired", { exp: nowSeconds - 2, iat: nowSeconds - 120 }, "Unauthenticated"],
    ["without expiry", { exp: undefined }, "Unauthenticated"],
    ["for another audience", { aud: "app" }, "NoAuthProvider"],
    ["of another issuer", { iss: "https://evil.test" }, "NoAuthProvider"],
    ["of the other provider", { iss: "https://issuer.test", aud: "app" }, "Unauthenticated"],
  ])("has a token refused that is %s", async (_name, claims, code) => {
    expect(await tryToken(await sign())).toEqual({ status: 200 });
    expect(await tryToken(await sign(claims))).toEqual({ status: 401, code });
  });

  it("has a token refused that another key or algorithm signed", async () => {
    const forger = await createIssuer("RS256");
    const publicKeyAsSecret = new TextEncoder().encode(oidcIssuer.jwksText);
    for (const token of [
      await sign({}, forger.privateKey),
      await sign({}, forger.privateKey, { kid: "another" }),
      await sign({}, issuer.privateKey, { alg: "ES256" }),
      await sign({}, publicKeyAsSecret, { alg: "HS256" }),
    ]) {
      expect((await tryToken(token)).status).toBe(401);
    }
  });
});
