// A real server on a fresh data folder with the test app pushed to it, for tests over real sockets.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pushProject } from "../../deploy/pushProject.ts";
import { startServer, type RunningServer, type ServerOptions } from "../index.ts";

const APP_DIR = fileURLToPath(new URL("../fixtures/app", import.meta.url));

export type TestServer = RunningServer & {
  dataDir: string;
  /** Stops it and starts it again on the same folder and ports. */
  restart(options?: Partial<ServerOptions>): Promise<void>;
  setVariables(variables: Record<string, string>): Promise<void>;
  push(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Keys for no token at all; tests with tokens set their own. */
const NO_KEYS = 'data:application/json,{"keys":[]}';

export async function startTestServer(
  options: Partial<ServerOptions> & { variables?: Record<string, string>; push?: boolean } = {},
): Promise<TestServer> {
  const { variables = {}, push = true, ...serverOptions } = options;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "embedded-test-"));
  const start = (more: Partial<ServerOptions>): Promise<RunningServer> =>
    startServer({
      ...{ dataDir, port: 0, sitePort: 0, logLevel: "silent" as const },
      ...serverOptions,
      ...more,
    });
  let running = await start({});
  const test: TestServer = {
    dataDir,
    get url() {
      return running.url;
    },
    get siteUrl() {
      return running.siteUrl;
    },
    get localUrl() {
      return running.localUrl;
    },
    get adminKey() {
      return running.adminKey;
    },
    close: () => running.close(),
    backup: (path) => running.backup(path),
    restart: async (more = {}) => {
      const [port, sitePort] = [portOf(running.url), portOf(running.siteUrl)];
      await running.close();
      running = await start({ port, sitePort, ...more });
    },
    setVariables: async (changed) => {
      const response = await fetch(`${running.url}/api/update_environment_variables`, {
        method: "POST",
        headers: { authorization: `Convex ${running.adminKey}` },
        body: JSON.stringify({
          changes: Object.entries(changed).map(([name, value]) => ({ name, value })),
        }),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    push: async () => {
      await pushProject({ url: running.url, adminKey: running.adminKey, projectDir: APP_DIR });
    },
    [Symbol.asyncDispose]: async () => {
      await running.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  if (push) {
    await test.setVariables({ TEST_JWKS: NO_KEYS, ...variables });
    await test.push();
  }
  return test;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** Waits for a condition that something else brings about. */
export async function until<T>(
  condition: () => T | Promise<T>,
  timeoutMs = 30_000,
): Promise<NonNullable<T>> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > endMs)
      throw new Error(`Waited ${String(timeoutMs)} ms for ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
