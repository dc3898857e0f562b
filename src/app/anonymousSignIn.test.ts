import { ConvexError } from "convex/values";
import { describe, expect, it } from "vitest";
import { createAnonymousSignIn, retryDelayMs, type SignInResult } from "./anonymousSignIn.ts";

const direct = (work: () => Promise<SignInResult>) => work();

describe("signing a visitor in", () => {
  it("asks the server once when two effects ask at the same time", async () => {
    let calls = 0;
    const start = createAnonymousSignIn({
      signIn: async () => void (calls += 1),
      isStored: () => false,
      exclusively: direct,
      pause: async () => {},
    });
    await Promise.all([start(), start()]);
    expect(calls).toBe(1);
  });

  it("does not make a second account when another tab was faster", async () => {
    let calls = 0;
    const start = createAnonymousSignIn({
      signIn: async () => void (calls += 1),
      isStored: () => true,
      exclusively: direct,
      pause: async () => {},
    });
    await expect(start()).resolves.toBe("already_stored");
    expect(calls).toBe(0);
  });

  it("goes on trying while there is no network", async () => {
    let calls = 0;
    const pauses: number[] = [];
    const start = createAnonymousSignIn({
      signIn: async () => {
        calls += 1;
        if (calls < 4) throw new Error("Connection lost while action was in flight");
      },
      isStored: () => false,
      exclusively: direct,
      pause: async (attempt) => void pauses.push(attempt),
    });
    await start();
    expect(calls).toBe(4);
    expect(pauses).toEqual([1, 2, 3]);
  });

  it("stops when the server refuses, and can be asked again", async () => {
    let refuses = true;
    const start = createAnonymousSignIn({
      signIn: async () => {
        if (refuses) throw new ConvexError({ code: "closed", message: "No new visitors." });
      },
      isStored: () => false,
      exclusively: direct,
      pause: async () => {},
    });
    await expect(start()).rejects.toThrow();
    refuses = false;
    await expect(start()).resolves.toBe("signed_in");
  });
});

describe("the wait between tries", () => {
  it.each([
    [1, 0, 250],
    [1, 1, 500],
    [3, 1, 2_000],
    [20, 0, 7_500],
    [20, 1, 15_000],
  ])("attempt %i with chance %d waits %i ms", (attempt, random, expected) => {
    expect(retryDelayMs(attempt, random)).toBe(expected);
  });
});
