// `npm run embedded`: the backend on its own, for any Convex app.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { backupDataFolderOffline } from "./backupCommand.ts";
import { DataFolderInUseError, ListenError, startServer, type ServerOptions } from "./index.ts";
import { LOG_LEVELS, type LogLevel } from "./serverLog.ts";

const usage = `npm run embedded -- [options]            run a Convex-compatible backend
npm run embedded -- backup FOLDER        copy the data folder as of now, also while its server runs

  --port N             for clients and the convex CLI (default 3210; 0 takes any free one)
  --site-port N        for HTTP actions (default 3211; 0 takes any free one)
  --data DIR           where everything is kept (default ./.convex-embedded)
  --host H             the address to bind to (default 127.0.0.1: this machine only)
  --public-url URL     what functions see as CONVEX_CLOUD_URL (default: the bound address)
  --public-site-url URL   what functions see as CONVEX_SITE_URL
  --admin-key KEY      use this admin key from now on (default: the one made at first start)
  --print-admin-key    print the admin key at start
  --log-level L        ${LOG_LEVELS.join(", ")} (default info)
  --help               this text

Point the convex CLI at it with
  CONVEX_SELF_HOSTED_URL=http://127.0.0.1:3210
  CONVEX_SELF_HOSTED_ADMIN_KEY=<the content of DIR/admin-key>

embedded/README.md says more.`;

/** A mistake of whoever typed the command. */
class UsageError extends Error {}

type Command =
  | { kind: "help" }
  | { kind: "run"; options: ServerOptions; printAdminKey: boolean }
  | { kind: "backup"; dataDir: string; target: string };

process.exitCode = await main().catch(explain);

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2));
  switch (command.kind) {
    case "help":
      console.log(usage);
      return 0;
    case "backup":
      await backupDataFolderOffline(command.dataDir, command.target);
      console.log(`The data folder ${command.dataDir} was copied to ${command.target}`);
      return 0;
    case "run":
      return run(command.options, command.printAdminKey);
    default:
      return command satisfies never;
  }
}

async function run(options: ServerOptions, printAdminKey: boolean): Promise<number> {
  // Heard from the beginning: one that comes while the server starts stops it as soon as it has started.
  const stopped = new Promise<void>((stop) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop());
  });
  const server = await startServer(options);
  if (printAdminKey) console.log(`Admin key: ${server.adminKey}`);
  await stopped;
  await server.close();
  return 0;
}

function readCommand(args: string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: "help" };
  const dataDir = resolve(values.data);
  const [name, target, ...rest] = positionals;
  if (name === "backup" && target !== undefined && rest.length === 0) {
    return { kind: "backup", dataDir, target: resolve(target) };
  }
  if (name === "backup") throw new UsageError("backup needs one folder to copy to.");
  if (name !== undefined) throw new UsageError(`There is no command ${name}.`);
  const options: ServerOptions = {
    dataDir,
    host: values.host,
    port: readPort("--port", values.port),
    sitePort: readPort("--site-port", values["site-port"]),
    logLevel: readLogLevel(values["log-level"]),
    ...(values["public-url"] === undefined ? {} : { publicUrl: values["public-url"] }),
    ...(values["public-site-url"] === undefined
      ? {}
      : { publicSiteUrl: values["public-site-url"] }),
    ...(values["admin-key"] === undefined ? {} : { adminKey: values["admin-key"] }),
  };
  return { kind: "run", options, printAdminKey: values["print-admin-key"] };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        port: { type: "string", default: "3210" },
        "site-port": { type: "string", default: "3211" },
        data: { type: "string", default: ".convex-embedded" },
        host: { type: "string", default: "127.0.0.1" },
        "public-url": { type: "string" },
        "public-site-url": { type: "string" },
        "admin-key": { type: "string" },
        "print-admin-key": { type: "boolean", default: false },
        "log-level": { type: "string", default: "info" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (text.trim() !== "" && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`${name} must be a whole number from 0 to 65535, not "${text}".`);
}

function readLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((each) => each === text);
  if (level !== undefined) return level;
  throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(", ")}, not "${text}".`);
}

/** Expected trouble in a sentence, everything else with its stack. */
function explain(error: unknown): number {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
  const isExpected =
    error instanceof DataFolderInUseError ||
    error instanceof ListenError ||
    // From the engine's thread, where its class was lost: the file is damaged, or newer than this program.
    (error instanceof Error && error.name === "DatabaseError");
  console.error(isExpected ? error.message : error);
  return 1;
}
