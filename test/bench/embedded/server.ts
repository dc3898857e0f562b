// Starts the benchmarks' server process, pushes the app into it and speaks to it.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pushProject } from "../../../embedded/deploy/pushProject.ts";
import type { ServerAnswer } from "./serverProcess.ts";

export type Measured = Extract<ServerAnswer, { type: "measured" }>;

export class BenchServer {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #dataDir: string;

  static async start(): Promise<BenchServer> {
    const dataDir = await mkdtemp(join(tmpdir(), "embedded-bench-"));
    const child = fork(new URL("./serverProcess.ts", import.meta.url), [dataDir], {
      execArgv: ["--expose-gc", "--disable-warning=ExperimentalWarning"],
    });
    // The process sends nothing else first.
    const [started] = (await once(child, "message")) as [
      Extract<ServerAnswer, { type: "started" }>,
    ];
    const { url, adminKey } = started;
    await pushProject({ url, adminKey, projectDir: join(import.meta.dirname, "app") });
    return new BenchServer(url, child, dataDir);
  }

  constructor(url: string, child: ChildProcess, dataDir: string) {
    this.url = url;
    this.#process = child;
    this.#dataDir = dataDir;
  }

  async measure(): Promise<Measured> {
    this.#process.send("measure");
    const [measured] = (await once(this.#process, "message")) as [Measured];
    return measured;
  }

  /** Of all the server's threads since its start. */
  async processorMs(): Promise<number> {
    this.#process.send("processorTime");
    const [{ ms }] = (await once(this.#process, "message")) as [
      Extract<ServerAnswer, { type: "processorTime" }>,
    ];
    return ms;
  }

  async close(): Promise<void> {
    const gone = once(this.#process, "exit");
    this.#process.send("close");
    await gone;
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}
