/**
 * Starts the Chromium that the browser tests drive: the one named by CHROME_PATH, or else the build that comes with
 * the npm package `@sparticuz/chromium`, so that the tests need no browser on the machine.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium, type Browser, type BrowserContext } from "playwright-core";

export type ChromiumOptions = {
  /** A 48 kHz WAV file that the fake microphone plays, from its beginning each time a page opens the microphone. */
  microphoneFile?: string;
  /** What happens when a page asks for the microphone. "grant" by default. */
  microphonePermission?: "grant" | "deny" | "ask";
  /** Chromium plays the file once and then gives silence when false (default); true plays it in a loop. */
  loopMicrophone?: boolean;
  /** More command-line switches. */
  args?: string[];
};

export type Executable = { path: string; env: Record<string, string> };

/**
 * Launches a browser.
 * @throws when neither CHROME_PATH nor the packaged build can be started; the message says why.
 */
export async function launchChromium(options: ChromiumOptions = {}): Promise<Browser> {
  const executable = await findExecutable();
  return chromium.launch({
    executablePath: executable.path,
    env: executable.env,
    args: commandLine(options),
    headless: true,
  });
}

/** Launches a browser whose storage lives in `profileFolder`, so that a test can kill it and open the same profile again. */
export async function launchChromiumWithProfile(
  profileFolder: string,
  options: ChromiumOptions = {},
): Promise<BrowserContext> {
  const executable = await findExecutable();
  return chromium.launchPersistentContext(profileFolder, {
    executablePath: executable.path,
    env: executable.env,
    args: commandLine(options),
    headless: true,
  });
}

/** The path of the browser that `launchChromium` starts, and the environment it needs (for other drivers, such as Lighthouse). */
export async function findExecutable(): Promise<Executable> {
  const chosen = process.env["CHROME_PATH"];
  if (chosen) return { path: chosen, env: currentEnvironment() };
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      "The packaged Chromium runs on 64-bit Linux only. Set CHROME_PATH to a Chrome or Chromium on this machine.",
    );
  }
  packaged ??= unpackChromium();
  return packaged;
}

let packaged: Promise<Executable> | undefined;

/** The switches that `launchChromium` starts it with. */
export function commandLine(options: ChromiumOptions): string[] {
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
  ];
  const permission = options.microphonePermission ?? "grant";
  if (permission === "grant") args.push("--use-fake-ui-for-media-stream");
  if (permission === "deny") args.push("--use-fake-ui-for-media-stream=deny");
  if (options.microphoneFile) {
    const once = options.loopMicrophone ? "" : "%noloop";
    args.push(`--use-file-for-fake-audio-capture=${options.microphoneFile}${once}`);
  }
  return [...args, ...(options.args ?? [])];
}

/**
 * Unpacks the packaged browser once per version. The package itself writes straight to its final name, so two test
 * processes at once, or one that was killed, would leave half a browser for the next: hence a folder of our own and a rename.
 */
async function unpackChromium(): Promise<Executable> {
  const version = await packagedVersion();
  const folder = join(tmpdir(), `lectern-chromium-${version}-${process.getuid?.() ?? "user"}`);
  if (!existsSync(folder)) await unpackInto(folder);
  const path = join(folder, "chromium");
  return { path, env: await environmentFor(path, folder) };
}

async function unpackInto(folder: string): Promise<void> {
  const { default: packagedChromium, inflate } = await import("@sparticuz/chromium");
  const unfinished = await mkdtemp(join(tmpdir(), "lectern-chromium-unpacking-"));
  const before = process.env["TMPDIR"];
  // The package unpacks into os.tmpdir(), which reads TMPDIR.
  process.env["TMPDIR"] = unfinished;
  try {
    await packagedChromium.executablePath();
    await inflate(join(packageFolder(), "bin", "al2023.tar.br"));
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
  try {
    await rename(unfinished, folder);
  } catch (error) {
    // Another process was faster; its copy is the same.
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/** Adds the package's own system libraries (NSS and friends) where the machine lacks some. */
async function environmentFor(path: string, folder: string): Promise<Record<string, string>> {
  const env = { ...currentEnvironment(), FONTCONFIG_FILE: await fontConfiguration(folder) };
  const { stdout } = await promisify(execFile)("ldd", [path]).catch(() => ({
    stdout: "not found",
  }));
  if (!stdout.includes("not found")) return env;
  const libraries = join(folder, "al2023", "lib");
  const before = process.env["LD_LIBRARY_PATH"];
  return { ...env, LD_LIBRARY_PATH: before ? `${libraries}:${before}` : libraries };
}

/**
 * The machine's fonts, and the package's own where the machine has none. The package's configuration looks in folders
 * of a cloud function only; with no font at all, Chromium crashes at the first form field.
 */
async function fontConfiguration(folder: string): Promise<string> {
  const file = join(folder, "lectern-fonts.conf");
  if (existsSync(file)) return file;
  const unfinished = `${file}.${process.pid}`;
  await writeFile(
    unfinished,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>/usr/share/fonts</dir>
  <dir>${join(folder, "fonts", "fonts")}</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
</fontconfig>
`,
  );
  await rename(unfinished, file);
  return file;
}

function packageFolder(): string {
  return fileURLToPath(new URL("..", import.meta.resolve("@sparticuz/chromium")));
}

async function packagedVersion(): Promise<string> {
  const text = await readFile(join(packageFolder(), "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function currentEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}
