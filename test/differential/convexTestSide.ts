// The Convex team's own in-memory stand-in, `convex-test`.
import { convexTest } from "convex-test";
import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";
import * as checks from "./app/convex/checks.ts";
import * as operations from "./app/convex/operations.ts";
import schema from "./app/convex/schema.ts";
import type { Answer, Call, Side } from "./side.ts";

/** Scheduled functions here take milliseconds. */
const SETTLE_MS = 20_000;

const modules = {
  "./app/convex/_generated/api.js": () => Promise.resolve({}),
  "./app/convex/checks.ts": () => Promise.resolve(checks),
  "./app/convex/operations.ts": () => Promise.resolve(operations),
};

export class ConvexTestSide implements Side {
  #backend = convexTest({ schema, modules });

  async reset(): Promise<void> {
    this.#backend = convexTest({ schema, modules });
  }

  async call({ kind, path, args }: Call): Promise<Answer> {
    try {
      // One of three overloads; the reference's kind goes with the method.
      const run = this.#backend[kind] as (reference: unknown, args: unknown) => Promise<Value>;
      // It may keep and change what it is given.
      const value = await run(makeFunctionReference(path), structuredClone(args));
      return { ok: true, value };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const data = (error as { data?: Value }).data;
      return { ok: false, error: message, ...(data === undefined ? {} : { data }) };
    }
  }

  async settle(): Promise<void> {
    const startedMs = performance.now();
    for (;;) {
      if (performance.now() - startedMs > SETTLE_MS) {
        throw new Error("convex-test did not finish what was due.");
      }
      await this.#backend.finishInProgressScheduledFunctions();
      const due = await this.#backend.run(async (ctx) => {
        const jobs = await ctx.db.system.query("_scheduled_functions").collect();
        return jobs.some(
          ({ state, scheduledTime }) => state.kind === "pending" && scheduledTime <= Date.now(),
        );
      });
      if (!due) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
