// The app's functions on an embedded backend in this process, without the web page: for tests that restart it within
// limits, push functions to it, talk to it by the CLI or look at its wire.
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pushProject } from "../../embedded/deploy/pushProject.ts";
import {
  startServer,
  type RunningServer,
  type ServerOptions,
} from "../../embedded/server/index.ts";
import { Deployment } from "../../scripts/deployment.ts";
import { newSigningKeys } from "../../scripts/environment.ts";
import { providerSettings } from "./world.ts";
import type { Provider } from "../provider/server.ts";

export const REPOSITORY = join(import.meta.dirname, "../..");

type Limits = NonNullable<ServerOptions["limits"]>;

export class Deployed {
  /** Another one after a restart, at the same address. */
  server: RunningServer;
  readonly #folder: string;

  private constructor(folder: string, server: RunningServer) {
    this.#folder = folder;
    this.server = server;
  }

  /** @param env set besides the provider's settings */
  static async start(provider: Provider, env: Record<string, string> = {}): Promise<Deployed> {
    const folder = await mkdtemp(join(tmpdir(), "lectern-deployed-"));
    const deployed = new Deployed(folder, await serve(folder, {}));
    const { url, adminKey } = deployed.server;
    const settings = { ...providerSettings(provider), ...env, SITE_URL: url };
    await new Deployment(url, adminKey).setEnvironment([
      ...Object.entries(settings).map(([name, value]) => ({ name, value })),
      ...(await newSigningKeys()),
    ]);
    await deployed.push(REPOSITORY);
    return deployed;
  }

  get url(): string {
    return this.server.url;
  }

  get dataDir(): string {
    return join(this.#folder, "data");
  }

  /** Ends the server in order and starts it again on the same folder and port. */
  async restart(limits: Limits = {}): Promise<void> {
    await this.server.close();
    this.server = await serve(this.#folder, limits, Number(new URL(this.url).port));
  }

  async push(projectDir: string) {
    const { url, adminKey } = this.server;
    return await pushProject({ url, adminKey, projectDir });
  }

  /** Pushes this repository's functions with some files of `convex/pipeline` changed. */
  async pushChanged(changes: Record<string, (text: string) => string>) {
    const dir = join(this.#folder, `changed-${crypto.randomUUID()}`);
    for (const part of ["convex", "domain", "package.json"]) {
      await cp(join(REPOSITORY, part), join(dir, part), { recursive: true });
    }
    await symlink(join(REPOSITORY, "node_modules"), join(dir, "node_modules"), "junction");
    for (const [name, change] of Object.entries(changes)) {
      const file = join(dir, "convex/pipeline", name);
      const before = await readFile(file, "utf8");
      const after = change(before);
      if (after === before) throw new Error(`The change of ${name} changed nothing.`);
      await writeFile(file, after);
    }
    return await this.push(dir);
  }

  /** What the log has of functions that ended after a moment (ms since the epoch), oldest first. */
  async functionLog(sinceMs: number): Promise<LoggedRun[]> {
    const { entries } = await this.#readLog(sinceMs);
    return entries;
  }

  /** Counts how often each function runs from now on, until `end` is called. */
  countRuns(): { runs: Map<string, number>; end: () => Promise<void> } {
    const runs = new Map<string, number>();
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      for (let cursor = Date.now(); !stop.signal.aborted;) {
        const { entries, newCursor } = await this.#readLog(cursor, stop.signal);
        for (const { identifier } of entries) {
          runs.set(identifier, (runs.get(identifier) ?? 0) + 1);
        }
        cursor = newCursor;
      }
    };
    const reading = read().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    return {
      runs,
      end: async () => {
        stop.abort();
        await reading;
      },
    };
  }

  async #readLog(cursor: number, signal?: AbortSignal): Promise<LogPage> {
    const response = await fetch(`${this.url}/api/stream_function_logs?cursor=${cursor}`, {
      headers: { authorization: `Convex ${this.server.adminKey}` },
      ...(signal ? { signal } : {}),
    });
    return (await response.json()) as LogPage; // as the CLI reads it
  }

  /** The rows of a table, as `npx convex data` reads them; at most 1,000. */
  async rows(table: string): Promise<Row[]> {
    const response = await fetch(`${this.url}/api/query`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Convex ${this.server.adminKey}`,
      },
      body: JSON.stringify({
        path: "_system/cli/tableData",
        args: { table, order: "asc", paginationOpts: { numItems: 1000, cursor: null } },
        format: "json",
      }),
    });
    const { value } = (await response.json()) as { value: { page: Row[] } }; // as the CLI reads it
    return value.page;
  }

  async close(): Promise<void> {
    await this.server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

type Row = Record<string, unknown>;
type LogPage = { entries: LoggedRun[]; newCursor: number };
export type LoggedRun = { identifier: string; udfType: string; error: string | null };

async function serve(folder: string, limits: Limits, port = 0): Promise<RunningServer> {
  const options = { siteRoutesOnMainPort: true, logLevel: "silent" } as const;
  return await startServer({ ...options, dataDir: join(folder, "data"), port, limits });
}
