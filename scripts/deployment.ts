// The few admin calls that the scripts make to a Convex deployment, over its documented HTTP API.
import {
  isOwnSpeechUrl,
  startSpeech,
  wantsOwnSpeech,
  type SpeechOptions,
  type SpeechProcess,
} from "./speech.ts";
import { changedVariables, newSigningKeys, type EnvironmentChange } from "./environment.ts";

/** One Convex deployment, embedded or not, addressed by its URL and admin key. */
export class Deployment {
  readonly #url: string;
  readonly #adminKey: string;

  constructor(url: string, adminKey: string) {
    this.#url = url;
    this.#adminKey = adminKey;
  }

  /** The deployment's environment variables by name. */
  async environment(): Promise<Map<string, string>> {
    const reply = (await this.#post("/api/query", {
      path: "_system/cli/queryEnvironmentVariables",
      args: {},
      format: "json",
    })) as { status: string; value: { name: string; value: string }[]; errorMessage?: string };
    if (reply.status !== "success") {
      throw new Error(
        `The deployment did not list its variables: ${reply.errorMessage ?? "no reason"}`,
      );
    }
    return new Map(reply.value.map(({ name, value }) => [name, value]));
  }

  /** Sets or, with `value: null`, removes environment variables. */
  async setEnvironment(changes: EnvironmentChange[]): Promise<void> {
    await this.#post("/api/update_environment_variables", { changes });
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(this.#url + path, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Authorization: `Convex ${this.#adminKey}`,
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return text === "" ? null : (JSON.parse(text) as unknown);
  }
}

/**
 * Brings the deployment's variables in line with this machine's environment; makes sign-in keys once.
 *
 * @returns the variables as they are now
 */
export async function configure(
  deployment: Deployment,
  siteUrl: string,
): Promise<Map<string, string>> {
  const current = await deployment.environment();
  const changes = changedVariables(current, process.env);
  if (!current.has("JWT_PRIVATE_KEY")) changes.push(...(await newSigningKeys()));
  if (current.get("SITE_URL") !== siteUrl) changes.push({ name: "SITE_URL", value: siteUrl });
  if (changes.length > 0) await deployment.setEnvironment(changes);
  for (const { name, value } of changes) {
    if (value === null) current.delete(name);
    else current.set(name, value);
  }
  return current;
}

/**
 * Starts speech to text on this machine when it is wanted, and points the deployment at it; else
 * sees that no address of an earlier start stays behind.
 */
export async function configureSpeech(
  deployment: Deployment,
  variables: ReadonlyMap<string, string>,
  options: Pick<SpeechOptions, "dataDir" | "onTrouble">,
): Promise<SpeechProcess | undefined> {
  const name = "TRANSCRIPTION_BASE_URL";
  if (wantsOwnSpeech(variables, process.env.LECTERN_SPEECH_MODEL)) {
    const onUrl = (value: string) => deployment.setEnvironment([{ name, value }]);
    return startSpeech({ ...options, onUrl });
  }
  if (isOwnSpeechUrl(variables.get(name))) await deployment.setEnvironment([{ name, value: null }]);
  return undefined;
}
