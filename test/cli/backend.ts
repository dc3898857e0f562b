// An embedded backend on a folder of its own, for the length of a test file.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer, type RunningServer } from "../../embedded/server/index.ts";

export type Backend = RunningServer & { dataDir: string };

/** Stops and leaves nothing behind when closed. */
export async function startBackend(): Promise<Backend> {
  const dataDir = await mkdtemp(join(tmpdir(), "embedded-backend-"));
  const server = await startServer({ dataDir, port: 0, sitePort: 0, logLevel: "error" });
  return {
    ...server,
    dataDir,
    async close() {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
