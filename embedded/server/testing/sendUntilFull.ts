// Writes messages of one size until the database refuses one.
import type { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";

const send = makeFunctionReference<"mutation", { body: string }>("messages:send");
const MAX_MESSAGES = 2_000;

/** @returns the bodies that were acknowledged, in order, and what refused the next; null when nothing did */
export async function sendUntilFull(
  client: ConvexHttpClient,
  bodyLength: number,
): Promise<{ acknowledged: string[]; failure: unknown }> {
  const acknowledged: string[] = [];
  for (let i = 0; i < MAX_MESSAGES; i++) {
    const body = `${String(i)} ${"x".repeat(bodyLength)}`;
    try {
      await client.mutation(send, { body });
    } catch (failure) {
      return { acknowledged, failure };
    }
    acknowledged.push(body);
  }
  return { acknowledged, failure: null };
}
