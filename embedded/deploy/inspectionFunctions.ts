// What the inspection page asks of the engine, beyond the CLI's queries. All are queries, so the page can watch them.
import { z } from "zod";
import type { QueryJSON, QueryPageArgs, Transaction } from "../database/index.ts";
import type { SystemFunctionContext, SystemFunctions } from "../functions/index.ts";
import { decodeId, textOf, type JSONObject, type JSONValue } from "../values/index.ts";
import { wholeTable } from "./deployment.ts";
import { visibleDocument } from "./visibleDocument.ts";

const page = { cursor: z.string().nullable(), pageSize: z.number().int().min(1).max(200) };
const operators = ["$eq", "$neq", "$lt", "$lte", "$gt", "$gte"] as const;
const documentsArgs = z.object({
  ...page,
  table: z.string(),
  order: z.enum(["asc", "desc"]),
  /** `valueJson`: Convex JSON as text, also `{"$undefined": null}`, which no argument of its own can be. */
  filter: z
    .object({ field: z.string(), operator: z.enum(operators), valueJson: z.string() })
    .nullable(),
});
const scheduledArgs = z.object({
  ...page,
  state: z.enum(["pending", "inProgress", "success", "failed", "canceled"]).nullable(),
});
const filesArgs = z.object(page);

/** A filter that matches nothing looks at so many documents before it says "go on". */
const MAX_SCANNED = 5000;

export const inspectionFunctions: SystemFunctions = {
  "_system/embedded/tables:list": {
    kind: "query",
    run: (tx) =>
      tx
        .tableNames()
        .filter((name) => visibleDocument(name) !== null)
        .map((name) => ({ name, documentCount: tx.count(name) })),
  },
  "_system/embedded/documents:page": { kind: "query", run: documentsPage },
  "_system/embedded/documents:get": {
    kind: "query",
    run: (tx, args) => {
      const id = textOf(args.id);
      const table = tableOf(tx, id);
      const visible = table === null ? null : visibleDocument(table);
      const document = visible === null ? null : tx.get(id);
      if (table === null || visible === null || document === null) return null;
      return { table, document: visible(document) };
    },
  },
  /** Jobs in one state by their time, or all of them, the newest first. */
  "_system/embedded/scheduled:page": {
    kind: "query",
    run: (tx, args, context) => {
      const { state, ...wanted } = scheduledArgs.parse(args);
      const query: QueryJSON =
        state === null
          ? wholeTable("_scheduled_functions", "desc")
          : {
              source: {
                type: "IndexRange",
                indexName: "_scheduled_functions.by_state_and_time",
                range: [{ type: "Eq", fieldPath: "state.kind", value: state }],
                order: state === "pending" ? "asc" : "desc",
              },
              operators: [],
            };
      return onePage(tx, { query, ...wanted }, visibleDocument("_scheduled_functions"), context);
    },
  },
  /** Stored files, the newest first, each with the path under which it can be downloaded. */
  "_system/embedded/files:page": {
    kind: "query",
    run: (tx, args, context) => {
      const query = wholeTable("_storage", "desc");
      const visible = visibleDocument("_storage");
      const withPath = (file: JSONObject): JSONObject => ({
        ...visible?.(file),
        path: `/api/storage/${textOf(file.internalId)}`,
      });
      return onePage(tx, { query, ...filesArgs.parse(args) }, withPath, context);
    },
  },
};

function documentsPage(
  tx: Transaction,
  args: JSONObject,
  context: SystemFunctionContext,
): JSONValue {
  const { table, order, filter, ...wanted } = documentsArgs.parse(args);
  const operators = filter === null ? [] : [{ filter: condition(filter) }];
  const query = { ...wholeTable(table, order), operators };
  const isThere = tx.tables.numberOf(table) !== undefined;
  return onePage(tx, { query, ...wanted }, isThere ? visibleDocument(table) : null, context);
}

function condition(filter: NonNullable<z.infer<typeof documentsArgs>["filter"]>): JSONObject {
  // The page made the text with JSON.stringify; the database refuses what is no value.
  const value = JSON.parse(filter.valueJson) as JSONValue;
  return { [filter.operator]: [{ $field: filter.field }, { $literal: value }] };
}

function onePage(
  tx: Transaction,
  request: QueryPageArgs,
  shown: ((document: JSONObject) => JSONObject) | null,
  { journal }: SystemFunctionContext,
): JSONObject {
  if (shown === null) return { page: [], isDone: true, continueCursor: "end" };
  const limited = { ...request, maximumRowsRead: MAX_SCANNED };
  const { page, isDone, continueCursor } = tx.queryPage(limited, journal.given);
  journal.taken = continueCursor;
  return { page: page.map(shown), isDone, continueCursor };
}

function tableOf(tx: Transaction, id: string): string | null {
  const number = decodeId(id)?.tableNumber;
  return number === undefined ? null : (tx.tables.nameOf(number) ?? null);
}
