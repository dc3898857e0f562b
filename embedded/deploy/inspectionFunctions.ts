// What the inspection page asks of the engine, beyond the CLI's queries. All are queries, so the page can watch them.
import { z } from "zod";
import type { QueryPageArgs, Transaction } from "../database/index.ts";
import type { SystemFunctionContext, SystemFunctions } from "../functions/index.ts";
import { decodeId, type JSONObject, type JSONValue, textOf } from "../values/index.ts";
import { wholeTable } from "./deployment.ts";
import { visibleDocument } from "./visibleDocument.ts";

const operators = ["$eq", "$neq", "$lt", "$lte", "$gt", "$gte"] as const;
const documentsArgs = z.object({
  table: z.string(),
  order: z.enum(["asc", "desc"]),
  cursor: z.string().nullable(),
  pageSize: z.number().int().min(1).max(200),
  /** `value` is Convex JSON; a missing field compares as lowest. */
  filter: z
    .object({ field: z.string(), operator: z.enum(operators), value: z.json() })
    .nullable()
    .default(null),
});

/** A filter that matches nothing looks at so many documents before it says "go on". */
const MAX_SCANNED = 5000;

export const inspectionFunctions: SystemFunctions = {
  "_system/embedded/tables:list": {
    kind: "query",
    run: (_tx, _args, { database }) =>
      database
        .tableNames()
        .filter(({ name }) => visibleDocument(name) !== null)
        .map(({ name, documentCount }) => ({ name, documentCount }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
  },
  "_system/embedded/documents:page": { kind: "query", run: documentsPage },
  "_system/embedded/documents:get": {
    kind: "query",
    run: (tx, args) => {
      const id = textOf(args.id);
      const document = tx.get(id);
      if (document === null) return null;
      const table = tableOf(tx, id);
      const visible = table === null ? null : visibleDocument(table);
      return table === null || visible === null ? null : { table, document: visible(document) };
    },
  },
};

function documentsPage(
  tx: Transaction,
  args: JSONObject,
  { journal }: SystemFunctionContext,
): JSONValue {
  const { table, order, cursor, pageSize, filter } = documentsArgs.parse(args);
  const visible = visibleDocument(table);
  if (visible === null || tx.tables.numberOf(table) === undefined) {
    return { page: [], isDone: true, continueCursor: "end" };
  }
  const condition: JSONValue =
    filter === null
      ? []
      : [
          {
            filter: {
              [filter.operator]: [{ $field: filter.field }, { $literal: filter.value }],
            },
          },
        ];
  const request: QueryPageArgs = {
    query: { ...wholeTable(table, order), operators: condition as { filter: JSONValue }[] },
    cursor,
    pageSize,
    maximumRowsRead: MAX_SCANNED,
  };
  const { page, isDone, continueCursor } = tx.queryPage(request, journal.given);
  journal.taken = continueCursor;
  return { page: page.map(visible), isDone, continueCursor };
}

function tableOf(tx: Transaction, id: string): string | null {
  const number = decodeId(id)?.tableNumber;
  return number === undefined ? null : (tx.tables.nameOf(number) ?? null);
}
