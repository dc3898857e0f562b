// Brings the push in force to life: its function table, a fresh realm with the environment variables, its modules.
import type { Database } from "../database/index.ts";
import type { JSONObject } from "../values/index.ts";
import { withoutCtxNames } from "./closureNames.ts";
import { FunctionTable } from "./functionTable.ts";
import type { Deployment, Invoker } from "./invocation.ts";
import { ModuleLoader } from "./moduleLoader.ts";
import { readModuleFile, readSourceMap, type ModuleEntry } from "./moduleStore.ts";
import type { DeploymentInfo } from "./protocol.ts";
import { createPlatformBridge, type Pending } from "./realmBridge.ts";
import { createRealm } from "./realmHost.ts";
import { FrameMapper } from "./sourceMaps.ts";
import type { SyscallSurroundings } from "./syscalls.ts";

export type RealmHooks = {
  seedOf: () => { key: Uint8Array; position: number };
  pending: Pending;
  log: (level: string, values: unknown[]) => void;
};

export async function loadDeployment(
  database: Database,
  around: SyscallSurroundings,
  invoker: Invoker,
  hooks: RealmHooks,
): Promise<{ deployment: Deployment; info: DeploymentInfo }> {
  const { dataDir, cloudUrl, siteUrl } = around.systemContext;
  const { entries, variables: own } = readDeployment(database);
  const variables = { ...own, CONVEX_CLOUD_URL: cloudUrl, CONVEX_SITE_URL: siteUrl };
  const isolate = new Map(
    entries
      .filter(({ environment }) => environment === "isolate")
      .map((entry) => [entry.path, entry]),
  );
  const realm = await createRealm((intrinsics) => ({
    ...createPlatformBridge(intrinsics, hooks.seedOf, hooks.pending),
    syscall: (op, argsJson) => invoker.syscall(op, argsJson),
    asyncSyscall: (op, argsJson, resolve, reject) =>
      invoker.asyncSyscall(op, argsJson, resolve, reject),
    log: hooks.log,
  }));
  realm.controls.setEnvironment(JSON.stringify(variables));
  const loader = new ModuleLoader({
    context: realm.context,
    pending: hooks.pending,
    realmError: (message) => realm.error(message),
    sources: {
      read(path) {
        const entry = isolate.get(path);
        return entry && withoutCtxNames(readModuleFile(dataDir, entry.sha256));
      },
    },
  });
  const mapper = new FrameMapper((path) => readSourceMap(dataDir, isolate.get(path)));
  const table = new FunctionTable(entries);
  return { deployment: { table, loader, realm, mapper }, info: { entries, variables } };
}

/** `_modules` and the environment variables as they are now. */
function readDeployment(database: Database): DeploymentInfo {
  const tx = database.beginQuery({ system: true });
  try {
    const all = (table: string): JSONObject[] =>
      tx.collect({
        source: { type: "FullTableScan", tableName: table, order: "asc" },
        operators: [],
      });
    return {
      // Written by the deploy room from `writeModuleFiles`.
      entries: all("_modules") as unknown as ModuleEntry[],
      variables: Object.fromEntries(
        // As `deploy/` and `writeModuleFiles`' readers write them: two strings.
        all("_environment_variables").map(({ name, value }) => [name as string, value as string]),
      ),
    };
  } finally {
    tx.rollback();
  }
}
