// The app of the engine's tests, with stored files, who calls it, and how a failure is caught.
import type { Identity } from "../types.ts";
import { RunFailed, startApp, type TestApp } from "./app.ts";
import { everythingApp } from "./apps/everything.ts";

export const NOBODY: Identity = { kind: "none" };
export const ADA = {
  kind: "user" as const,
  attributes: {
    subject: "ada",
    issuer: "https://issuer",
    tokenIdentifier: "https://issuer|ada",
    name: "Ada",
  },
} satisfies Identity;

export async function startEverything(): Promise<TestApp> {
  const stored = new Map<string, { bytes: Uint8Array; contentType: string | null }>();
  const app = await startApp(everythingApp, {
    services: {
      async storeFile({ bytes, contentType }) {
        const internalId = crypto.randomUUID();
        const { value } = await app.engine.callSystem("files:commitUpload", {
          ...{ token: null, internalId, sha256: "", size: bytes.length },
          contentType,
        });
        stored.set(value as string, { bytes, contentType });
        return value as string;
      },
      readFile: (id) => Promise.resolve(stored.get(id) ?? null),
    },
  });
  return app;
}

export async function caught(run: Promise<unknown>): Promise<RunFailed> {
  try {
    await run;
  } catch (error) {
    if (error instanceof RunFailed) return error;
    throw error;
  }
  throw new Error("The run was expected to fail.");
}
