// The deploy API's work inside the engine: what the CLI asks for as `_system/cli/...` queries, and the transactions
// behind pushes, environment variables, exports and imports. Put together with the other rooms' in server/.
import { z } from "zod";
import type { QueryPageArgs, Transaction } from "../database/index.ts";
import type { SystemFunction, SystemFunctionContext, SystemFunctions } from "../functions/index.ts";
import { type JSONObject, type JSONValue, textOf } from "../values/index.ts";
import { apiSpec } from "./apiSpec.ts";
import {
  applyPush,
  currentBasis,
  previewPush,
  parseSchema,
  type PreparedPush,
} from "./applyPush.ts";
import {
  activeAnalysis,
  activeDeployment,
  activeSchema,
  environmentVariable,
  listEnvironmentVariables,
  listModules,
  replaceAuthProviders,
  wholeTable,
} from "./deployment.ts";
import { changeEnvironment } from "./environment.ts";
import { exportFunctions } from "./exportRecords.ts";
import { importFunctions } from "./importRecords.ts";
import { diffIndexes, predictIndexes } from "./indexDiff.ts";
import { inspectionFunctions } from "./inspectionFunctions.ts";
import type { EnvironmentChange } from "./protocol.ts";
import { visibleDocument } from "./visibleDocument.ts";

/** `paginationOpts` as the CLI sends them. */
const pageArgs = z.object({
  table: z.string(),
  order: z.enum(["asc", "desc"]).default("desc"),
  paginationOpts: z.object({ cursor: z.string().nullable(), numItems: z.number() }),
});

export const deploySystemFunctions: SystemFunctions = {
  // Queries of the CLI. A failing one makes several commands wait for ever, so each answers something sensible.
  "_system/cli/tables:default": query((tx) => wholePage(tableNames(tx))),
  "_system/cli/tableData:default": query(tableData),
  "_system/cli/tableSize:default": query((tx, args) => tx.count(textOf(args.tableName))),
  "_system/cli/queryTable:default": query(tableChangeMarker),
  "_system/cli/modules:apiSpec": query((tx) => apiSpec(activeAnalysis(tx))),
  "_system/cli/convexUrl:cloudUrl": query((_tx, _args, { cloudUrl }) => cloudUrl),
  "_system/cli/convexUrl:siteUrl": query((_tx, _args, { siteUrl }) => siteUrl),
  "_system/cli/queryEnvironmentVariables:default": query((tx) => listEnvironmentVariables(tx)),
  "_system/cli/queryEnvironmentVariables:get": query((tx, args) => {
    const found = environmentVariable(tx, textOf(args.name));
    return found === null ? null : { name: textOf(found.name), value: textOf(found.value) };
  }),
  "_system/frontend/components:list": query(() => []),
  "_system/frontend/getSchemas:default": query((tx) => ({
    active: activeDeployment(tx)?.deployment.schema ?? null,
    inProgress: null,
  })),

  // The deploy API's own steps.
  "deploy:state": query((tx) => deployState(tx)),
  "deploy:schemaDiff": query(schemaDiff),
  "deploy:checkSchema": query((_tx, args, { database }) => {
    database.checkSchema(parseSchema(textOrNull(args.schema)));
    return null;
  }),
  // The arguments of these come from this folder's own main-thread code, as JSON of exactly these types.
  "deploy:finishPush": mutation((tx, args, { database }) =>
    asJson(applyPush(tx, database, args as unknown as PreparedPush)),
  ),
  "deploy:previewPush": query((tx, args) =>
    asJson(previewPush(tx, args as unknown as PreparedPush)),
  ),
  "deploy:changeEnvironment": mutation((tx, args) => {
    changeEnvironment(tx, args.changes as unknown as EnvironmentChange[]);
    return null;
  }),
  "deploy:replaceAuthProviders": mutation((tx, args) => {
    replaceAuthProviders(tx, textOf(args.authProviders));
    return null;
  }),
  ...exportFunctions,
  ...importFunctions,
  ...inspectionFunctions,
};

export function query(
  run: (tx: Transaction, args: JSONObject, context: SystemFunctionContext) => JSONValue,
): SystemFunction {
  return { kind: "query", run };
}

export function mutation(
  run: (tx: Transaction, args: JSONObject, context: SystemFunctionContext) => JSONValue,
): SystemFunction {
  return { kind: "mutation", run };
}

/** What the next push needs to know of this one. */
function deployState(tx: Transaction): JSONObject {
  const deployment = activeDeployment(tx)?.deployment;
  return {
    functions: deployment?.functions ?? "convex/",
    udfServerVersion: deployment?.udfServerVersion ?? null,
    schemaHash: deployment?.schemaHash ?? null,
    modules: asJson(listModules(tx)),
    basis: asJson(currentBasis(tx)),
  };
}

/** The index changes of a new schema, without looking at documents; sizes for "this deletes a large index". */
function schemaDiff(tx: Transaction, args: JSONObject): JSONValue {
  const previous = activeSchema(tx);
  const next = parseSchema(textOrNull(args.schema));
  return asJson({
    indexDiff: diffIndexes(previous, next),
    indexes: predictIndexes(previous, next, (table) => tx.count(table)),
  });
}

function tableNames(tx: Transaction): JSONObject[] {
  return tx
    .tableNames()
    .filter((name) => !name.startsWith("_"))
    .map((name) => ({ name }));
}

/** One page of a table in order of creation. System tables show what functions see of them. */
function tableData(
  tx: Transaction,
  args: JSONObject,
  { journal }: SystemFunctionContext,
): JSONObject {
  const { table, order, paginationOpts } = pageArgs.parse(args);
  const visible = visibleDocument(table);
  if (visible === null || tx.tables.numberOf(table) === undefined) return wholePage([]);
  const request: QueryPageArgs = {
    query: wholeTable(table, order),
    cursor: paginationOpts.cursor,
    pageSize: paginationOpts.numItems,
  };
  const { page, isDone, continueCursor } = tx.queryPage(request, journal.given);
  journal.taken = continueCursor;
  return { page: page.map(visible), isDone, continueCursor };
}

/** Differs after every write to the table: `convex dev` waits for it after documents failed the schema. */
function tableChangeMarker(tx: Transaction, args: JSONObject): JSONValue {
  tx.count(textOf(args.tableName));
  return tx.beginTs.toString();
}

export function wholePage(page: JSONValue[]): JSONObject {
  return { page, isDone: true, continueCursor: "end" };
}

function textOrNull(value: JSONValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

/** For plain data that TypeScript cannot see to be JSON (interfaces without an index signature). */
export function asJson(value: object): JSONValue {
  return value as unknown as JSONValue;
}
