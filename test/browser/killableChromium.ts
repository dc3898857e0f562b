/** A Chromium that a test can kill without any goodbye, as a dead battery would, and start again on the same profile. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { chromium, type Browser, type BrowserContext } from "playwright-core";
import { commandLine, findExecutable, type ChromiumOptions } from "./chromium.ts";

export type KillableChromium = {
  context: BrowserContext;
  /** SIGKILL to the browser and all of its processes; resolves when they are gone. */
  kill(): Promise<void>;
};

export async function launchKillableChromium(
  profileFolder: string,
  options: ChromiumOptions = {},
): Promise<KillableChromium> {
  const executable = await findExecutable();
  const child = spawn(
    executable.path,
    [
      "--headless",
      "--remote-debugging-port=0",
      "--no-first-run",
      `--user-data-dir=${profileFolder}`,
      ...commandLine(options),
    ],
    // A process group of its own: the renderers must die in the same moment.
    { env: executable.env, detached: true, stdio: ["ignore", "ignore", "pipe"] },
  );
  const browser = await connect(child);
  const context = browser.contexts()[0];
  if (!context) throw new Error("The browser came up without a context.");
  return { context, kill: () => kill(child) };
}

async function connect(child: ChildProcess): Promise<Browser> {
  const { stderr } = child;
  if (!stderr) throw new Error("The browser's output is not piped.");
  const address = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error("The browser ended before it could be reached.")));
    // Reads on afterwards as well, or the full pipe would stop the browser.
    createInterface({ input: stderr }).on("line", (line) => {
      const found = /DevTools listening on (ws:\/\/\S+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
  return chromium.connectOverCDP(address);
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid, "SIGKILL");
  await exited;
}
