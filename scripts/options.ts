// What `npm start` can be told, by arguments or by environment variables.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { projectDir } from "./run.ts";

export const usage = `npm start -- [options]

  --port N     the port to listen on            (PORT, default 3210; 0 takes any free one)
  --host H     the address to bind to           (HOST, default 127.0.0.1, or 0.0.0.0 with --lan)
  --data DIR   where everything is kept         (LECTERN_DATA, default ./.lectern)
  --lan        for phones and other computers in this network: https, and a QR code to scan
  --name N     with --lan: the name or address by which they reach this computer (LECTERN_LAN_NAME)
  --help       this text

Settings for transcription and notes are in docs/configuration.md.`;

export type StartOptions = {
  port: number;
  host: string;
  dataDir: string;
  lan: boolean;
  lanName: string | undefined;
};

/**
 * @returns "help" when that is what was asked for
 * @throws with a sentence when an option can't be understood
 */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): StartOptions | "help" {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string" },
      host: { type: "string" },
      data: { type: "string" },
      lan: { type: "boolean", default: false },
      name: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  // A variable that is set to nothing is not set.
  const text = values.port ?? (env.PORT || "3210");
  const port = Number(text);
  if (!/^\d+$/u.test(text) || port > 65_535) {
    throw new Error(`The port must be a whole number from 0 to 65535, not "${text}".`);
  }
  return {
    port,
    host: values.host ?? (env.HOST || (values.lan ? "0.0.0.0" : "127.0.0.1")),
    dataDir: resolve(projectDir, values.data ?? (env.LECTERN_DATA || ".lectern")),
    lan: values.lan,
    lanName: values.name ?? (env.LECTERN_LAN_NAME || undefined),
  };
}
