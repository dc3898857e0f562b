// Reads and writes the documents that describe what is deployed: `_deployments`, `_modules`, `_environment_variables`.
// Runs in the engine worker, inside system transactions.
import { z } from "zod";
import type { SchemaJSON, Transaction } from "../database/index.ts";
import type { ModuleAnalysis } from "../functions/index.ts";
import { type JSONObject, textOf } from "../values/index.ts";
import { moduleEnvironment } from "./protocol.ts";

/** One document of `_modules`. Hashes are hex; `hash` is the CLI's, the other two name files. */
export const storedModule = z.object({
  path: z.string(),
  environment: moduleEnvironment,
  sha256: z.string(),
  sourceMapSha256: z.string().optional(),
  hash: z.string(),
  /** The functions in it, as the engine wants them; absent for chunks and the auth config. */
  analysis: z.string().optional(),
});
export type StoredModule = z.infer<typeof storedModule>;

/** One document of `_deployments`; nested JSON as text (see DESIGN.md). */
export const storedDeployment = z.object({
  schema: z.string().nullable(),
  /** The CLI's digest of schema.js, so that a push can tell that nothing changed. */
  schemaHash: z.string().nullable(),
  authProviders: z.string(),
  analysis: z.string(),
  functions: z.string(),
  udfServerVersion: z.string(),
  message: z.string().nullable(),
  pushedAt: z.number(),
});
export type StoredDeployment = z.infer<typeof storedDeployment>;

/** Older pushes are kept as a record, a few of them. */
const KEPT_DEPLOYMENTS = 10;

/** The active deployment and its document's id; null before the first push. */
export function activeDeployment(
  tx: Transaction,
): { id: string; deployment: StoredDeployment } | null {
  const [newest] = newestDeployments(tx, 1);
  return newest === undefined
    ? null
    : { id: textOf(newest._id), deployment: storedDeployment.parse(newest) };
}

export function activeSchema(tx: Transaction): SchemaJSON | null {
  const text = activeDeployment(tx)?.deployment.schema ?? null;
  // Written by `recordDeployment` from a schema that the database had accepted.
  return text === null ? null : (JSON.parse(text) as SchemaJSON);
}

export function activeAnalysis(tx: Transaction): ModuleAnalysis["modules"] {
  const text = activeDeployment(tx)?.deployment.analysis;
  return text === undefined ? {} : (JSON.parse(text) as ModuleAnalysis["modules"]);
}

export function recordDeployment(tx: Transaction, deployment: StoredDeployment): string {
  const id = tx.insert("_deployments", deployment);
  for (const old of newestDeployments(tx, KEPT_DEPLOYMENTS + 10).slice(KEPT_DEPLOYMENTS)) {
    tx.remove(textOf(old._id));
  }
  return id;
}

/** New auth providers for the same code, after an environment variable that they use has changed. */
export function replaceAuthProviders(tx: Transaction, authProviders: string): void {
  const active = activeDeployment(tx);
  if (active !== null) tx.patch(active.id, { authProviders });
}

export function listModules(tx: Transaction): StoredModule[] {
  return tx.collect(wholeTable("_modules")).map((document) => storedModule.parse(document));
}

/** Makes `_modules` list exactly these; unchanged documents stay as they are. */
export function replaceModules(tx: Transaction, modules: StoredModule[]): void {
  const before = new Map(
    tx.collect(wholeTable("_modules")).map((document) => [textOf(document.path), document]),
  );
  for (const module of modules) {
    const old = before.get(module.path);
    before.delete(module.path);
    if (old === undefined) tx.insert("_modules", module);
    else if (!isSameModule(storedModule.parse(old), module)) tx.replace(textOf(old._id), module);
  }
  for (const gone of before.values()) tx.remove(textOf(gone._id));
}

/** The analysis may differ for the same source: it depends on environment variables, too. */
function isSameModule(a: StoredModule, b: StoredModule): boolean {
  return a.hash === b.hash && a.environment === b.environment && a.analysis === b.analysis;
}

export function listEnvironmentVariables(tx: Transaction): { name: string; value: string }[] {
  return tx
    .collect({
      source: {
        type: "IndexRange",
        indexName: "_environment_variables.by_name",
        range: [],
        order: "asc",
      },
      operators: [],
    })
    .map((document) => ({ name: textOf(document.name), value: textOf(document.value) }));
}

/** The document of one variable, found by its name. */
export function environmentVariable(tx: Transaction, name: string): JSONObject | null {
  const [document] = tx.collect({
    source: {
      type: "IndexRange",
      indexName: "_environment_variables.by_name",
      range: [{ type: "Eq", fieldPath: "name", value: name }],
      order: "asc",
    },
    operators: [{ limit: 1 }],
  });
  return document ?? null;
}

export function wholeTable(tableName: string, order: "asc" | "desc" = "asc") {
  return { source: { type: "FullTableScan" as const, tableName, order }, operators: [] };
}

function newestDeployments(tx: Transaction, limit: number): JSONObject[] {
  return tx.collect({ ...wholeTable("_deployments", "desc"), operators: [{ limit }] });
}
