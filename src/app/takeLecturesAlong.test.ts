import "fake-indexeddb/auto";
import { ConvexError } from "convex/values";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { deviceOutbox } from "../features/upload/deviceOutbox.ts";
import { takeToasts } from "../ui/toast.ts";
import { keepTransfer, pendingTransfer } from "./rememberedAccount.ts";
import { takeLecturesAlong } from "./takeLecturesAlong.ts";

const transfer = { secret: "secret", fromUserId: "visitor" };
const said: string[] = [];

const stored = new Map<string, string>();
vi.stubGlobal("localStorage", {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => void stored.set(key, value),
  removeItem: (key: string) => void stored.delete(key),
});

beforeEach(async () => {
  said.length = 0;
  takeToasts(({ title }) => said.push(title));
  keepTransfer(transfer);
  const outbox = await deviceOutbox();
  for (const { clientKey } of await outbox.lectures()) await outbox.forget(clientKey);
  for (const [clientKey, ownerId] of [
    ["recorded before", "visitor"],
    ["somebody else's", "neighbour"],
  ] as const) {
    await outbox.addLecture({
      ...{ clientKey, ownerId, source: "recording", recordedAt: 0, createdAt: 0 },
      ...{ intake: "complete", createTried: false, detailsChanged: false },
      ...{ session: 0, firstIndex: 0, startMs: 0 },
    });
  }
});

async function owners(): Promise<Record<string, string | undefined>> {
  const lectures = await (await deviceOutbox()).lectures();
  return Object.fromEntries(lectures.map(({ clientKey, ownerId }) => [clientKey, ownerId]));
}

describe("taking a visitor's lectures along into an account", () => {
  it("gives the account what is still only on this device, and nobody else's", async () => {
    await takeLecturesAlong(transfer, "account", async () => ({ lectures: 2 }));
    expect(await owners()).toEqual({
      "recorded before": "account",
      "somebody else's": "neighbour",
    });
    expect(said).toEqual(["Your 2 lectures came along."]);
    expect(pendingTransfer()).toBeUndefined();
  });

  it("does so too when the server has ended the transfer, and says so", async () => {
    await takeLecturesAlong(transfer, "account", async () => {
      throw new ConvexError({ code: "invalid_transfer", message: "This transfer has ended." });
    });
    expect((await owners())["recorded before"]).toBe("account");
    expect(said[0]).toContain("This transfer has ended.");
    expect(pendingTransfer()).toBeUndefined();
  });

  it("is kept for the next start when there is no answer", async () => {
    const noAnswer = takeLecturesAlong(transfer, "account", async () => {
      throw new Error("Connection lost");
    });
    await expect(noAnswer).rejects.toThrow("Connection lost");
    expect((await owners())["recorded before"]).toBe("visitor");
    expect(pendingTransfer()).toEqual(transfer);
    expect(said).toEqual([]);
  });
});
