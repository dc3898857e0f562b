import { ConvexError } from "convex/values";
import { describe, expect, it } from "vitest";
import { parsePendingTransfer, parseRememberedAccount } from "../../app/rememberedAccount.ts";
import { leavingProblem } from "./leavingProblem.ts";
import { signInProblem } from "./signInProblem.ts";

describe("why signing in did not work", () => {
  it("is the backend's own sentence when it wrote one", () => {
    const refused = new ConvexError({ code: "invalid_email", message: "That is not an address." });
    expect(signInProblem(refused, "signUp")).toBe("That is not an address.");
  });
  it.each([
    ["signIn", "Server Error", "There is no account with this email and password."],
    [
      "signIn",
      "Uncaught Error: InvalidSecret",
      "There is no account with this email and password.",
    ],
    [
      "signIn",
      "Uncaught Error: InvalidAccountId",
      "There is no account with this email and password.",
    ],
    ["signIn", "Uncaught Error: TooManyFailedAttempts", "Too many tries."],
    ["signIn", "Connection lost while action was in flight", "The server can’t be reached"],
    ["signUp", "Account a@b already exists", "Sign in to it instead"],
    ["signUp", "Server Error", "The account could not be made."],
  ] as const)("%s, “%s”: %s", (flow, thrown, expected) => {
    expect(signInProblem(new Error(thrown), flow)).toContain(expected);
  });
});

describe("what this device remembers of the account", () => {
  it.each([
    [null, undefined],
    ["anonymous", { kind: "anonymous" }],
    ["password:a@b", { kind: "password", email: "a@b" }],
    ["nonsense", undefined],
  ])("%j is %j", (stored, expected) => {
    expect(parseRememberedAccount(stored)).toEqual(expected);
  });
  it.each([
    [null, undefined],
    ["user1 secret1", { fromUserId: "user1", secret: "secret1" }],
    ["secret-of-an-older-page", undefined],
  ])("a transfer stored as %j is %j", (stored, expected) => {
    expect(parsePendingTransfer(stored)).toEqual(expected);
  });
});

describe("what would be lost by leaving", () => {
  it.each([
    [{ isAnonymous: false, unsent: 0 }, undefined],
    [{ isAnonymous: false, unsent: 1 }, /1 lecture is still only on this device/],
    [{ isAnonymous: false, unsent: 3 }, /3 lectures are still only on this device/],
    [{ isAnonymous: true, unsent: 0 }, /no way back/],
    [{ isAnonymous: true, unsent: 2 }, /no way back/],
  ])("%j", (facts, expected) => {
    const said = leavingProblem(facts);
    if (expected === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(expected);
  });
});
