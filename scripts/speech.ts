// Runs the speech server of this machine beside the backend, and keeps it running.
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { projectDir } from "./run.ts";

/** The path in the server's address by which its address is known again, whatever its port was. */
const ownPath = "/lectern-speech/v1";

/** True for an address that an earlier start of this machine's speech server left behind. */
export function isOwnSpeechUrl(url: string | undefined): boolean {
  if (url === undefined || !URL.canParse(url)) return false;
  const { hostname, pathname } = new URL(url);
  return hostname === "127.0.0.1" && pathname === ownPath;
}

/**
 * Whether this machine should transcribe: unless a service for it is configured, or switched off.
 * A server of the person's own for language models (OPENAI_BASE_URL) counts as one for speech only
 * when a model for speech is named, because most of them, such as Ollama, have none.
 *
 * @param variables the deployment's
 * @param speechModel LECTERN_SPEECH_MODEL
 */
export function wantsOwnSpeech(
  variables: ReadonlyMap<string, string>,
  speechModel: string | undefined,
): boolean {
  const valueOf = (name: string) => variables.get(name)?.trim() || undefined;
  if (speechModel === "off") return false;
  if (valueOf("TRANSCRIPTION_API_KEY") || valueOf("TRANSCRIPTION_MODEL")) return false;
  const url = valueOf("TRANSCRIPTION_BASE_URL");
  if (url && !isOwnSpeechUrl(url)) return false;
  // OpenAI's key may be there for the notes alone: a model that is named for this machine decides.
  return Boolean(speechModel) || !isOpenAi(valueOf("OPENAI_API_KEY"), valueOf("OPENAI_BASE_URL"));
}

function isOpenAi(apiKey: string | undefined, baseUrl: string | undefined): boolean {
  if (baseUrl === undefined) return apiKey !== undefined;
  return URL.canParse(baseUrl) && new URL(baseUrl).hostname === "api.openai.com";
}

export type SpeechProcess = {
  /** Settles when the server is up for the first time; rejects when it did not come up. */
  ready: Promise<void>;
  stop(): Promise<void>;
};

const firstDelayMs = 1000;
const longestDelayMs = 60_000;
/** After this long without a crash the next one counts as the first. */
const steadyMs = 5 * 60_000;
const killAfterMs = 5000;

export type SpeechOptions = {
  dataDir: string;
  /** Called with the server's address each time it has changed. */
  onUrl: (url: string) => Promise<void>;
  /** Called with a sentence when something went wrong. */
  onTrouble: (message: string) => void;
  /** The program; replaced by tests. */
  program?: string;
  delayMs?: number;
};

/** Starts the server as a child process of low priority, and starts it again, later and later, when it dies. */
export function startSpeech(options: SpeechOptions): SpeechProcess {
  const { program = join(projectDir, "local-ai", "cli.ts"), delayMs = firstDelayMs } = options;
  const first = Promise.withResolvers<void>();
  let child: ChildProcess | undefined;
  let stopping = false;
  let crashes = 0;
  let restart: NodeJS.Timeout | undefined;
  let url: string | undefined;

  const start = () => {
    const startedAt = Date.now();
    child = fork(
      program,
      [
        ...[
          "--folder",
          join(options.dataDir, "models"),
          "--base-path",
          new URL(ownUrl(0)).pathname,
        ],
        // The same address as before, so that nothing has to be told; any other if that does not work.
        ...["--port", url === undefined || crashes > 1 ? "0" : new URL(url).port],
      ],
      { cwd: projectDir, execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] },
    );
    child.once("error", (error) =>
      options.onTrouble(`Speech to text did not start: ${error.message}`),
    );
    child.on("message", (message) => {
      // The only message that the program sends.
      const { port } = message as { port: number };
      const isNew = url !== ownUrl(port);
      url = ownUrl(port);
      (isNew ? options.onUrl(url) : Promise.resolve()).then(first.resolve, (error: unknown) => {
        first.reject(error);
        options.onTrouble(
          `Speech to text is running, but could not be configured: ${String(error)}`,
        );
      });
    });
    child.once("exit", (code, signal) => {
      child = undefined;
      if (stopping) return;
      crashes = Date.now() - startedAt > steadyMs ? 1 : crashes + 1;
      const waitMs = Math.min(longestDelayMs, delayMs * 2 ** (crashes - 1));
      const how = signal === null ? `exit code ${code}` : signal;
      const message = `Speech to text ended unexpectedly (${how}); it starts again in ${Math.ceil(waitMs / 1000)} s.`;
      options.onTrouble(message);
      first.reject(new Error(message));
      restart = setTimeout(start, waitMs);
    });
  };
  start();
  first.promise.catch(() => {}); // whoever wants to know waits for `ready`
  return {
    ready: first.promise,
    async stop() {
      stopping = true;
      clearTimeout(restart);
      const running = child;
      if (!running) return;
      const ended = new Promise((resolve) => running.once("exit", resolve));
      running.kill("SIGTERM");
      // A recognition that is under way keeps the process for some seconds; nobody waits for it now.
      const kill = setTimeout(() => running.kill("SIGKILL"), killAfterMs);
      await ended;
      clearTimeout(kill);
    },
  };
}

function ownUrl(port: number): string {
  return `http://127.0.0.1:${port}${ownPath}`;
}
