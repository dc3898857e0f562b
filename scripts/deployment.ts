// The few admin calls that the scripts make to a Convex deployment, over its documented HTTP API.
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

/** Brings the deployment's variables in line with this machine's environment; makes sign-in keys once. */
export async function configure(deployment: Deployment, siteUrl: string): Promise<void> {
  const current = await deployment.environment();
  const changes = changedVariables(current, process.env);
  if (!current.has("JWT_PRIVATE_KEY")) changes.push(...(await newSigningKeys()));
  if (current.get("SITE_URL") !== siteUrl) changes.push({ name: "SITE_URL", value: siteUrl });
  if (changes.length > 0) await deployment.setEnvironment(changes);
}
