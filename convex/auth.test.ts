// Signing in works on a machine without a network: anonymously, and with a password.

import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { expectWhole } from "../test/pipeline/invariants.ts";
import { saidIn, World } from "../test/pipeline/world.ts";
import { api } from "./_generated/api.js";

let world: World;
beforeEach(async () => {
  const keys = await generateKeyPair("RS256", { extractable: true });
  const jwk = await exportJWK(keys.publicKey);
  world = await World.create();
  vi.stubEnv("JWT_PRIVATE_KEY", await exportPKCS8(keys.privateKey));
  vi.stubEnv("JWKS", JSON.stringify({ keys: [{ use: "sig", ...jwk }] }));
  vi.stubEnv("CONVEX_SITE_URL", "http://127.0.0.1:3211");
  vi.stubEnv("SITE_URL", "http://127.0.0.1:3000");
});
afterEach(() => world.close());

async function signIn(params: Record<string, string>) {
  const provider = "flow" in params ? "password" : "anonymous";
  const { tokens } = (await world.t.action(api.auth.signIn, { provider, params })) as {
    tokens?: { token: string } | null;
  };
  return tokens?.token;
}

/** Whose token it is, as the deployment reads it. */
function asOwnerOf(token: string | undefined) {
  const payload = token?.split(".")[1] ?? "";
  const { sub } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as {
    sub: string;
  };
  return world.t.withIdentity({ subject: sub });
}

describe("a visitor", () => {
  it("is signed in at once, as somebody of their own", async () => {
    const [first, second] = [asOwnerOf(await signIn({})), asOwnerOf(await signIn({}))];
    const me = await first.query(api.account.me, {});
    expect(me).toMatchObject({ isAnonymous: true });
    expect((await second.query(api.account.me, {}))?.userId).not.toBe(me?.userId);
  });
});

describe("a password", () => {
  const someone = { email: "Someone@Example.org ", password: "correct horse" };

  it("makes an account and opens it again, however the address is written", async () => {
    const first = asOwnerOf(await signIn({ ...someone, flow: "signUp" }));
    const me = await first.query(api.account.me, {});
    expect(me).toMatchObject({ isAnonymous: false, email: "someone@example.org" });
    const again = { ...someone, email: "someone@example.org", flow: "signIn" };
    expect(await asOwnerOf(await signIn(again)).query(api.account.me, {})).toEqual(me);
    await expect(signIn({ ...again, password: "wrong horse" })).rejects.toThrow();
  });

  it.each([
    ["too short", { password: "short" }, /invalid_password/u],
    ["too long", { password: "x".repeat(500) }, /invalid_password/u],
    ["without an address", { email: "nobody" }, /invalid_email/u],
  ])("%s is refused", async (_, wrong, code) => {
    await expect(signIn({ ...someone, ...wrong, flow: "signUp" })).rejects.toThrow(code);
    expect(await world.rows("users")).toEqual([]);
  });
});

describe("signing out while a lecture is worked on", () => {
  it("ends the session and not the job; the notes are there at the next sign-in", async () => {
    const someone = { email: "someone@example.org", password: "correct horse" };
    const as = asOwnerOf(await signIn({ ...someone, flow: "signUp" }));
    const userId = (await as.query(api.account.me, {}))?.userId;
    if (!userId) throw new Error("Nobody is signed in.");
    const lectureId = await world.record({ userId, as }, { pieces: 6 });
    await world.until(() => world.provider.heard().length > 0);
    await as.action(api.auth.signOut, {});
    expect(await world.rows("authSessions")).toEqual([]);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(6));
    const again = asOwnerOf(await signIn({ ...someone, flow: "signIn" }));
    expect((await again.query(api.notes.get, { lectureId }))?.sections.length).toBeGreaterThan(0);
  });
});
