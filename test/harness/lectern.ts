// Starts Lectern as the README says, `npm start` on a free port and a folder of its own, and can kill it like a power cut.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const READY = /Lectern is ready at (\S+)/;
/** The first start on a slow machine also builds the web app. */
const START_TIMEOUT_MS = 180_000;

export type LecternOptions = {
  /** What the person who runs it would set; nothing of this process's own settings gets through. */
  env?: Record<string, string>;
  /** Kept over restarts; made in the system's temporary folder when not given. */
  dataDir?: string;
};

export type Lectern = {
  url: string;
  dataDir: string;
  /** From the start of the command to its line "Lectern is ready". */
  startedInMs: number;
  /** All that it has printed so far. */
  output(): string;
  adminKey(): Promise<string>;
  /** SIGKILL: no goodbye, as when the power goes. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and port, after `kill` or `stop`. */
  restart(env?: Record<string, string>): Promise<void>;
  /** Ends it as Ctrl+C does. */
  stop(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
};

/** Settings of the provider's that must not leak from the developer's shell into a test. */
const settings =
  /^(OPENAI_|TRANSCRIPTION_|NOTES_|LECTERN_|PORT$|HOST$|CONVEX_|VITE_|VITEST|NODE_OPTIONS$)/;

export async function startLectern(options: LecternOptions = {}): Promise<Lectern> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "lectern-e2e-")));
  const port = await freePort();
  let running = await launch(dataDir, port, options.env ?? {});
  const lectern: Lectern = {
    url: running.url,
    dataDir,
    startedInMs: running.startedInMs,
    output: () => running.printed.text,
    adminKey: async () => (await readFile(join(dataDir, "admin-key"), "utf8")).trim(),
    kill: () => end(running.child, "SIGKILL"),
    restart: async (env) => {
      running = await launch(dataDir, port, env ?? options.env ?? {});
      lectern.startedInMs = running.startedInMs;
    },
    stop: () => end(running.child, "SIGINT"),
    close: async () => {
      await end(running.child, "SIGINT");
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
  return lectern;
}

type Running = { child: ChildProcess; url: string; startedInMs: number; printed: { text: string } };

async function launch(
  dataDir: string,
  port: number,
  env: Record<string, string>,
): Promise<Running> {
  const startedAt = performance.now();
  const inherited = Object.entries(process.env).filter(([name]) => !settings.test(name));
  const child = spawn(process.execPath, ["scripts/start.ts"], {
    cwd: projectDir,
    env: {
      ...Object.fromEntries(inherited),
      PORT: String(port),
      HOST: "127.0.0.1",
      LECTERN_DATA: dataDir,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { text: "" };
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`Lectern did not start in time:\n${printed.text}`)),
      START_TIMEOUT_MS,
    );
    const read = (data: Buffer) => {
      printed.text += data.toString();
      const ready = READY.exec(printed.text);
      if (!ready?.[1]) return;
      clearTimeout(timer);
      resolve(ready[1]);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`Lectern ended with ${code} instead of starting:\n${printed.text}`));
    });
  });
  return { child, url, startedInMs: performance.now() - startedAt, printed };
}

async function end(child: ChildProcess, signal: "SIGKILL" | "SIGINT"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await exited;
  clearTimeout(timer);
}

/** A port that was free a moment ago; a restart needs the same one again, so 0 will not do. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No free port was found.");
  return address.port;
}
