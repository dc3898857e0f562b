// The server as a process of its own, to be killed at any moment.
import { spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../embedded/server/cli.ts", import.meta.url));
const ADMIN_KEY = "crash|test-key";

export class ServerProcess {
  readonly url: string;
  readonly adminKey = ADMIN_KEY;
  readonly dataDir: string;
  #child: ChildProcess | null = null;
  #errors = "";

  private constructor(dataDir: string, port: number) {
    this.dataDir = dataDir;
    this.url = `http://127.0.0.1:${String(port)}`;
    // A suite that is stopped takes its server along.
    process.once("exit", () => this.#child?.kill("SIGKILL"));
  }

  static async prepare(dataDir: string): Promise<ServerProcess> {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const address = probe.address();
    if (typeof address !== "object" || address === null) throw new Error("No free port.");
    probe.close();
    await once(probe, "close");
    return new ServerProcess(dataDir, address.port);
  }

  /** What the processes so far have complained about. */
  get errors(): string {
    return this.#errors;
  }

  start(): void {
    const { port } = new URL(this.url);
    const options = ["--data", this.dataDir, "--port", port, "--site-port", "0"];
    const child = spawn(
      process.execPath,
      [CLI, ...options, "--admin-key", ADMIN_KEY, "--log-level", "error"],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    child.stderr.on("data", (text: Buffer) => {
      this.#errors = (this.#errors + text.toString()).slice(-20_000);
    });
    this.#child = child;
  }

  /** Resolves when the server answers; rejects when it has ended instead. */
  async ready(): Promise<void> {
    for (;;) {
      if (this.#child?.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`The server ended while it started:\n${this.#errors}`);
      }
      try {
        await fetch(`${this.url}/version`);
        return;
      } catch {
        // Not listening yet.
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  /** `kill -9`: no handler runs, nothing is flushed that was not flushed. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async query<Result>(path: string, args: object): Promise<Result> {
    const response = await fetch(`${this.url}/api/function`, {
      method: "POST",
      headers: { authorization: `Convex ${ADMIN_KEY}` },
      body: JSON.stringify({ path, args }),
    });
    const body = (await response.json()) as { value: Result; errorMessage?: string };
    if (body.errorMessage !== undefined) throw new Error(body.errorMessage);
    return body.value;
  }
}
