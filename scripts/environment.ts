// The settings that `npm start` hands from this machine's environment to the deployment,
// and the keys that sign-in needs, made once and kept in the deployment.
import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadEnvFile } from "node:process";
import { projectDir } from "./run.ts";

/** What functions may be configured with; docs/configuration.md says what each one does. */
export const deploymentVariables = [
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "TRANSCRIPTION_BASE_URL",
  "TRANSCRIPTION_API_KEY",
  "TRANSCRIPTION_MODEL",
  "NOTES_BASE_URL",
  "NOTES_API_KEY",
  "NOTES_MODEL",
  "NOTES_CONTEXT_TOKENS",
  "LECTERN_LANES",
  "LECTERN_MAX_CALLS_IN_FLIGHT",
] as const;

export type EnvironmentChange = { name: string; value: string | null };

/** Reads `.env.local` and `.env` beside package.json; variables that are set already win. */
export function loadEnvironmentFiles(): void {
  for (const name of [".env.local", ".env"]) {
    const file = join(projectDir, name);
    if (existsSync(file)) loadEnvFile(file);
  }
}

/** The changes that bring the deployment's variables in line with this process's, leaving alone what is not set here. */
export function changedVariables(
  current: ReadonlyMap<string, string>,
  wanted: NodeJS.ProcessEnv,
): EnvironmentChange[] {
  return deploymentVariables.flatMap((name) => {
    const value = wanted[name];
    if (value === undefined || value === current.get(name)) return [];
    return [{ name, value: value === "" ? null : value }];
  });
}

/** The RS256 key pair with which Convex Auth signs sessions, in the form that it reads from the environment. */
export async function newSigningKeys(): Promise<EnvironmentChange[]> {
  const keys = await generateKeyPair("RS256", { extractable: true });
  const privateKey = await exportPKCS8(keys.privateKey);
  const publicKey = await exportJWK(keys.publicKey);
  return [
    // Convex Auth restores the line breaks; without them the value passes through any shell.
    { name: "JWT_PRIVATE_KEY", value: privateKey.trimEnd().replace(/\n/g, " ") },
    { name: "JWKS", value: JSON.stringify({ keys: [{ use: "sig", ...publicKey }] }) },
  ];
}
