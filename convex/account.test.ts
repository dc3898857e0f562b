// Accounts: taking lectures along from an anonymous one, and leaving with everything.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectWhole } from "../test/pipeline/invariants.ts";
import { saidIn, World, type Person } from "../test/pipeline/world.ts";
import { api } from "./_generated/api.js";

let world: World;
let anonymous: Person;
let member: Person;
beforeEach(async () => {
  world = await World.create();
  anonymous = await world.signUp();
  member = await world.signUp({ email: "someone@example.org" });
});
afterEach(() => world.close());

const firstPage = { paginationOpts: { numItems: 200, cursor: null } };

describe("me", () => {
  it("says who is signed in", async () => {
    expect(await anonymous.as.query(api.account.me, {})).toMatchObject({ isAnonymous: true });
    expect(await member.as.query(api.account.me, {})).toMatchObject({
      ...{ isAnonymous: false, email: "someone@example.org" },
    });
    expect(await world.t.query(api.account.me, {})).toBeNull();
  });
});

describe("a transfer", () => {
  it("takes the anonymous account's lectures along, with what is being done to them", async () => {
    const done = await world.record(anonymous, { pieces: 2, clientKey: "done" });
    await world.settle();
    const running = await world.record(anonymous, { pieces: 3, clientKey: "running" });
    const { secret } = await anonymous.as.mutation(api.account.startTransfer, {});
    expect(await member.as.mutation(api.account.finishTransfer, { secret })).toEqual({
      lectures: 2,
    });
    await world.settle();
    const mine = await member.as.query(api.lectures.list, firstPage);
    expect(mine.page.map(({ _id }) => _id).toSorted()).toEqual([done, running].toSorted());
    expect((await anonymous.as.query(api.lectures.list, firstPage)).page).toEqual([]);
    expect(await anonymous.as.query(api.lectures.get, { lectureId: done })).toBeNull();
    await expectWhole(world, running, saidIn(3));
    const hits = await member.as.query(api.lectures.search, { query: "candle" });
    expect(hits.length).toBeGreaterThan(0);
    expect(await anonymous.as.query(api.lectures.search, { query: "candle" })).toEqual([]);
  });

  it("moves hundreds of lectures in steps", async () => {
    for (let index = 0; index < 120; index += 1) await world.create(anonymous, `${index}`);
    const { secret } = await anonymous.as.mutation(api.account.startTransfer, {});
    await member.as.mutation(api.account.finishTransfer, { secret });
    await world.settle();
    expect((await member.as.query(api.lectures.list, firstPage)).page).toHaveLength(120);
  });

  it("works once, within an hour, and for an account with a password only", async () => {
    const { secret } = await anonymous.as.mutation(api.account.startTransfer, {});
    const finish = (as: Person["as"]) => as.mutation(api.account.finishTransfer, { secret });
    await expect(finish((await world.signUp()).as)).rejects.toThrow(/conflict_account/u);
    await finish(member.as);
    await expect(finish(member.as)).rejects.toThrow(/invalid_transfer/u);
    const late = await anonymous.as.mutation(api.account.startTransfer, {});
    world.clock.jump(3_600_001);
    await expect(
      member.as.mutation(api.account.finishTransfer, { secret: late.secret }),
    ).rejects.toThrow(/invalid_transfer/u);
    await expect(member.as.mutation(api.account.startTransfer, {})).rejects.toThrow(/conflict/u);
    for (const row of await world.rows("transfers")) expect(row.secretHash).not.toBe(secret);
  });
});

describe("removing an account", () => {
  it("takes everything of it away, and nothing of anybody else", async () => {
    const other = await world.record(member, { pieces: 2 });
    for (const clientKey of ["a", "b"]) await world.record(anonymous, { pieces: 2, clientKey });
    await world.settle();
    await world.t.run(async (ctx) => {
      const userId = anonymous.userId;
      const sessionId = await ctx.db.insert("authSessions", { userId, expirationTime: 1e15 });
      await ctx.db.insert("authRefreshTokens", { sessionId, expirationTime: 1e15 });
      await ctx.db.insert("authAccounts", {
        userId,
        provider: "anonymous",
        providerAccountId: "x",
      });
    });
    await anonymous.as.mutation(api.account.remove, {});
    await world.settle();
    expect(await anonymous.as.query(api.account.me, {})).toBeNull();
    await expect(world.create(anonymous, "again")).rejects.toThrow(/not_signed_in/u);
    for (const table of ["authSessions", "authRefreshTokens", "authAccounts"] as const) {
      expect(await world.rows(table)).toEqual([]);
    }
    expect((await world.rows("lectures")).map(({ _id }) => _id)).toEqual([other]);
    expect((await world.rows("users")).map(({ _id }) => _id)).toEqual([member.userId]);
    await expectWhole(world, other, saidIn(2));
  });
});
