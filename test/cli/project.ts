// A Convex project in a folder of its own and the official CLI working in it, as a developer would at a terminal.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";

const REPOSITORY = join(import.meta.dirname, "../..");
const FIXTURE = join(import.meta.dirname, "fixture");
const CLI = join(REPOSITORY, "node_modules/convex/bin/main.js");
/** As in CONVEX-RUNTIME 7.4: no command of a test may take longer, on a machine that has nothing else to do. */
const COMMAND_LIMIT_MS = 30_000;

/** The same for this machine as it is now: many times more may wait for its processors than they can run. */
function commandLimitMs(): number {
  const [waiting = 0] = loadavg();
  return Math.ceil(COMMAND_LIMIT_MS * Math.max(1, waiting / availableParallelism()));
}

export type Finished = {
  code: number | null;
  stdout: string;
  stderr: string;
  durationMs: number;
};

/** Where the CLI finds its deployment. */
export type Target = { url: string; adminKey: string };

export class Project {
  readonly dir: string;
  readonly #target: Target;
  readonly #running = new Set<RunningCommand>();

  private constructor(dir: string, target: Target) {
    this.dir = dir;
    this.#target = target;
  }

  /** A copy of the fixture app, with this repository's packages installed. */
  static async create(target: Target): Promise<Project> {
    const dir = await mkdtemp(join(tmpdir(), "convex-project-"));
    await cp(FIXTURE, dir, { recursive: true });
    const packageJson = { name: "cli-fixture", type: "module", dependencies: { convex: "1.48.0" } };
    await writeFile(join(dir, "package.json"), JSON.stringify(packageJson));
    await symlink(join(REPOSITORY, "node_modules"), join(dir, "node_modules"), "junction");
    return new Project(dir, target);
  }

  /** The functions folder as the fixture has it, whatever a test did to it. */
  async reset(): Promise<void> {
    await rm(join(this.dir, "convex"), { recursive: true, force: true });
    await cp(join(FIXTURE, "convex"), join(this.dir, "convex"), { recursive: true });
  }

  /** Folders on the way are made. */
  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.dir, path)), { recursive: true });
    await writeFile(join(this.dir, path), text);
  }

  async read(path: string): Promise<string> {
    return await readFile(join(this.dir, path), "utf8");
  }

  /** Makes a file anew from what it was. */
  async edit(path: string, change: (text: string) => string): Promise<void> {
    const before = await this.read(path);
    const after = change(before);
    if (after === before) throw new Error(`The edit of ${path} changed nothing.`);
    await this.write(path, after);
  }

  /** Runs a command to its end. */
  async convex(...args: string[]): Promise<Finished> {
    const command = this.start(...args);
    const limit = setTimeout(() => command.kill("SIGKILL"), commandLimitMs());
    const finished = await command.finished;
    clearTimeout(limit);
    if (finished.code === null) {
      const { stdout, stderr } = finished;
      throw new Error(`convex ${args.join(" ")} did not end:\n${stdout}\n${stderr}`);
    }
    return finished;
  }

  /** Runs a command that must succeed, and gives what it printed. */
  async succeed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.convex(...args);
    if (code !== 0) throw new Error(`convex ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Starts a command that goes on until it is stopped. */
  start(...args: string[]): RunningCommand {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: this.dir,
      env: environment(this.#target),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const command = new RunningCommand(child);
    this.#running.add(command);
    void command.finished.then(() => this.#running.delete(command));
    return command;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((command) => command.stop()));
    await rm(this.dir, { recursive: true, force: true });
  }
}

export class RunningCommand {
  readonly finished: Promise<Finished>;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";
  readonly #listeners = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.#child = child;
    const startedMs = performance.now();
    child.stdout?.on("data", (chunk: Buffer) => {
      this.#stdout += stripVTControlCharacters(chunk.toString());
      this.#tell();
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr += stripVTControlCharacters(chunk.toString());
      this.#tell();
    });
    this.finished = once(child, "close").then(() => {
      this.#tell();
      return {
        code: child.exitCode,
        stdout: this.#stdout,
        stderr: this.#stderr,
        durationMs: performance.now() - startedMs,
      };
    });
  }

  /** Everything printed so far, in two columns as it were: what scripts read, then what people do. */
  get output(): string {
    return `${this.#stdout}\n${this.#stderr}`;
  }

  /** What has been printed since the last call of this. */
  takeOutput(): string {
    const { output } = this;
    this.#stdout = "";
    this.#stderr = "";
    return output;
  }

  /** Waits until the output since the last `takeOutput` matches, and takes it. */
  async prints(pattern: RegExp, withinMs = commandLimitMs()): Promise<string> {
    const deadline = AbortSignal.timeout(withinMs);
    while (!pattern.test(this.output)) {
      if (deadline.aborted || this.#child.exitCode !== null) {
        throw new Error(`Waited in vain for ${String(pattern)} in:\n${this.output}`);
      }
      await this.#change(deadline);
    }
    return this.takeOutput();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<void> {
    this.kill("SIGKILL");
    await this.finished;
  }

  async #change(deadline: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#listeners.delete(done);
        deadline.removeEventListener("abort", done);
        resolve();
      };
      this.#listeners.add(done);
      deadline.addEventListener("abort", done);
    });
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function environment({ url, adminKey }: Target): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(CONVEX|VITE|VITEST|NODE_ENV|NODE_OPTIONS)/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    CONVEX_SELF_HOSTED_URL: url,
    CONVEX_SELF_HOSTED_ADMIN_KEY: adminKey,
    // Keeps the CLI from reporting the errors that these tests provoke.
    CI: "1",
  };
}
