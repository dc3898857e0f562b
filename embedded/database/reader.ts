// The reading half of a transaction: documents by id, streams and pages of queries, counts.
import {
  decodeId,
  isJSONObject,
  successorOfKey,
  type JSONObject,
  type JSONValue,
} from "../values/index.ts";
import { TABLES_PSEUDO_INDEX, type Index, type Table } from "../store/index.ts";
import { DatabaseError } from "./errors.ts";
import { queryFingerprint } from "./query/cursor.ts";
import { expectedCount, QueryPipeline, type Present } from "./query/operators.ts";
import { readPage } from "./query/page.ts";
import { EVERYTHING, indexedFields, indexInterval, type KeyInterval } from "./query/ranges.ts";
import { openSearch, searchFields } from "./query/search.ts";
import { EmptySource, IndexScan, type Position, type Source } from "./query/source.ts";
import { systemTablesByName } from "./systemTables.ts";
import type { TransactionState } from "./transactionState.ts";
import type { GetOptions, Order, QueryJSON, QueryPageArgs, QueryPageResult } from "./types.ts";

/** A query's plan: a scan of an index, a search, or nothing because the table does not exist. */
type Plan =
  | { kind: "missing"; tableName: string; fields: string[] }
  | { kind: "scan"; table: Table; index: Index; interval: KeyInterval; order: Order }
  | { kind: "search"; table: Table; index: Index };

export class Reader {
  readonly #state: TransactionState;
  readonly #isSystem: boolean;

  constructor(state: TransactionState, isSystem: boolean) {
    this.#state = state;
    this.#isSystem = isSystem;
  }

  /** The document's JSON text, or null when there is none. */
  getRaw(id: string, options: GetOptions, operation = "get"): string | null {
    const state = this.#state;
    state.checkUsable();
    const { tableNumber, internalId } = decodeIdArgument(id, operation);
    const table = state.host.store.catalog.byNumber(tableNumber);
    if (table === undefined) {
      state.readMissingTable(tableNumber);
      return null;
    }
    this.checkTableOfId(table, options, operation);
    if (!this.#isVisible(table.name)) return null;
    if (!this.#isSystem) state.usage.rangeRead();
    state.readPoint(table.byId.id, internalId);
    const found = state.host.store.documents.get(table, internalId);
    if (found === null) return null;
    this.#countRead(found.sizeBytes);
    const present = this.#presentation(table);
    return present === parseDocument ? found.json : JSON.stringify(present(found.json));
  }

  normalizeId(tableName: string, id: string): string | null {
    this.#state.checkUsable();
    const decoded = decodeId(id);
    if (decoded === null) return null;
    const table = this.#state.host.store.catalog.byNumber(decoded.tableNumber);
    return table?.name === tableName && this.#isVisible(tableName) ? id : null;
  }

  openStream(query: QueryJSON): number {
    this.#state.checkUsable();
    const plan = this.#plan(query);
    const pipeline = this.#pipeline(query, plan, this.#source(plan, query));
    return this.#state.addStream({ pipeline, present: this.#planPresentation(plan) });
  }

  /** The next document's text and how to show it; null at the end. */
  streamNext(streamId: number): { json: string; present: Present } | null {
    this.#state.checkUsable();
    const stream = this.#state.streams.get(streamId);
    if (stream === undefined) {
      throw new DatabaseError("UnknownQuery", `Query ${streamId} is closed or was never opened.`);
    }
    const document = stream.pipeline.next();
    return document === null ? null : { json: document.json, present: stream.present };
  }

  streamClose(streamId: number): boolean {
    return this.#state.streams.delete(streamId);
  }

  queryPage(args: QueryPageArgs, journalCursor: string | null): QueryPageResult {
    this.#state.checkUsable();
    if (!Number.isInteger(args.pageSize) || args.pageSize < 1) {
      throw new DatabaseError(
        "InvalidPageSize",
        "Must request at least 1 document while paginating",
      );
    }
    const plan = this.#plan(args.query);
    const seal = this.#state.host.cursorSeal;
    const fingerprint = queryFingerprint(args.query, planFields(plan));
    const start = args.cursor === null ? null : seal.open(fingerprint, args.cursor);
    const endCursor = args.endCursor ?? journalCursor;
    const end = endCursor === null ? null : seal.open(fingerprint, endCursor);
    const source =
      start?.kind === "end"
        ? new EmptySource([])
        : this.#source(plan, args.query, { start, end, pageSize: args.pageSize });
    const pipeline = this.#pipeline(args.query, plan, source);
    const page = readPage(pipeline, {
      pageSize: args.pageSize,
      hasFixedEnd: end !== null,
      ...this.#pageLimits(args),
    });
    const present = this.#planPresentation(plan);
    const reached: Position = end ?? page.stoppedAt ?? { kind: "end" };
    return {
      page: page.documents.map((document) => present(document.json)),
      isDone: reached.kind === "end",
      continueCursor: seal.seal(fingerprint, reached),
      splitCursor: page.splitAt === null ? null : seal.seal(fingerprint, page.splitAt),
      pageStatus: page.status,
    };
  }

  count(tableName: string): number {
    this.#state.checkUsable();
    const table = this.#state.host.store.catalog.byName(tableName);
    if (table === undefined || !this.#isVisible(tableName)) {
      this.#state.readMissingTable(tableName);
      return 0;
    }
    if (!this.#isSystem) this.#state.usage.rangeRead();
    this.#state.readRange({ index: table.byCreationTime.id, ...EVERYTHING });
    return table.documentCount;
  }

  tableNames(): string[] {
    this.#state.checkUsable();
    this.#state.readRange({ index: TABLES_PSEUDO_INDEX, ...EVERYTHING });
    const names = [...this.#state.host.store.catalog.tables()].map((table) => table.name);
    return names.filter((name) => this.#isVisible(name)).sort();
  }

  /** @throws unless the id's table is the one named, and on the right side of `db.system` */
  checkTableOfId(table: Table, options: GetOptions, operation: string): void {
    if (options.table !== undefined && options.table !== table.name) {
      throw new DatabaseError(
        "InvalidArgument",
        `Invalid argument \`id\` for \`db.${operation}\`: expected to be an Id<"${options.table}">, got Id<"${table.name}"> instead.`,
      );
    }
    if (this.#isSystem || options.isSystem === undefined) return;
    const isSystemTable = table.name.startsWith("_");
    if (isSystemTable === options.isSystem) return;
    throw new DatabaseError(
      "InvalidArgument",
      `Invalid argument \`id\` for \`db.${options.isSystem ? "system." : ""}${operation}\`: ${isSystemTable ? "System" : "User"} tables can only be accessed with db.${isSystemTable ? "system." : ""}`,
    );
  }

  // ---- Planning ----

  #plan(query: QueryJSON): Plan {
    const { source } = query;
    if (!this.#isSystem) this.#state.usage.rangeRead();
    if (source.type === "FullTableScan") {
      const table = this.#table(source.tableName);
      if (table === undefined) {
        return { kind: "missing", tableName: source.tableName, fields: ["_creationTime"] };
      }
      const order = source.order ?? "asc";
      return { kind: "scan", table, index: table.byCreationTime, interval: EVERYTHING, order };
    }
    const { tableName, indexName } = splitIndexName(source.indexName);
    const table = this.#table(tableName);
    const index = table?.index(indexName);
    if (table === undefined && indexName === "by_id") {
      return { kind: "missing", tableName, fields: [] };
    }
    if (table === undefined && indexName === "by_creation_time") {
      return { kind: "missing", tableName, fields: ["_creationTime"] };
    }
    if (table === undefined || index === undefined) {
      throw new DatabaseError("IndexNotFoundError", `Index ${source.indexName} not found.`);
    }
    if (index.definition.kind !== "by_id" && index.definition.staged) {
      throw new DatabaseError(
        "StagedIndex",
        `Index ${source.indexName} is currently staged and cannot be queried until \`staged: true\` is removed from its definition.`,
      );
    }
    if (source.type === "Search") return { kind: "search", table, index };
    const interval = indexInterval(index, source.range);
    return { kind: "scan", table, index, interval, order: source.order ?? "asc" };
  }

  #source(
    plan: Plan,
    query: QueryJSON,
    page?: { start: Position | null; end: Position | null; pageSize: number },
  ): Source {
    const source = this.#makeSource(plan, query, page);
    this.#state.addSource(source);
    return source;
  }

  #makeSource(
    plan: Plan,
    query: QueryJSON,
    page: { start: Position | null; end: Position | null; pageSize: number } | undefined,
  ): Source {
    const state = this.#state;
    switch (plan.kind) {
      case "missing":
        state.readMissingTable(plan.tableName);
        return new EmptySource([]);
      case "search":
        return openSearch(
          state.host.store,
          plan.index,
          query,
          page?.start ?? null,
          page?.end ?? null,
        );
      case "scan": {
        const context = {
          documents: state.host.store.documents,
          writeCount: () => state.writeCount,
        };
        const interval = pageInterval(plan, page?.start ?? null, page?.end ?? null);
        const expected = page?.pageSize ?? expectedCount(query.operators);
        return new IndexScan(context, plan.index, interval, plan.order, expected);
      }
      default:
        plan satisfies never;
        throw new Error("Unknown plan");
    }
  }

  #pipeline(query: QueryJSON, plan: Plan, source: Source): QueryPipeline {
    return new QueryPipeline(source, query.operators, this.#planPresentation(plan), (document) => {
      this.#countRead(document.sizeBytes);
    });
  }

  #pageLimits(args: QueryPageArgs): { maximumRowsRead: number; maximumBytesRead: number } {
    const { limits, used } = this.#state.usage;
    const rowsLeft = this.#isSystem ? Infinity : limits.documentsRead - used.documentsRead;
    const bytesLeft = this.#isSystem ? Infinity : limits.bytesRead - used.bytesRead;
    return {
      maximumRowsRead: Math.max(1, Math.min(args.maximumRowsRead ?? Infinity, rowsLeft)),
      maximumBytesRead: Math.max(1, Math.min(args.maximumBytesRead ?? Infinity, bytesLeft)),
    };
  }

  // ---- What may be seen ----

  #table(name: string): Table | undefined {
    return this.#isVisible(name) ? this.#state.host.store.catalog.byName(name) : undefined;
  }

  #isVisible(tableName: string): boolean {
    if (this.#isSystem || !tableName.startsWith("_")) return true;
    return systemTablesByName.get(tableName)?.visibleFields !== undefined;
  }

  #planPresentation(plan: Plan): Present {
    return plan.kind === "missing" ? parseDocument : this.#presentation(plan.table);
  }

  #presentation(table: Table): Present {
    const visible = this.#isSystem ? undefined : systemTablesByName.get(table.name)?.visibleFields;
    if (visible === undefined) return parseDocument;
    const shown = new Set(["_id", "_creationTime", ...visible]);
    return (json) =>
      Object.fromEntries(Object.entries(parseDocument(json)).filter(([name]) => shown.has(name)));
  }

  #countRead(sizeBytes: number): void {
    if (!this.#isSystem) this.#state.usage.documentRead(sizeBytes);
  }
}

export function parseDocument(json: string): JSONObject {
  return JSON.parse(json) as JSONObject; // documents are stored as objects
}

/** @throws DatabaseError when `id` is not the text of an id */
export function decodeIdArgument(
  id: JSONValue,
  operation: string,
): { tableNumber: number; internalId: Uint8Array } {
  const decoded = typeof id === "string" ? decodeId(id) : null;
  if (decoded !== null) return decoded;
  const printed = isJSONObject(id) || Array.isArray(id) ? JSON.stringify(id) : String(id);
  throw new DatabaseError(
    "InvalidArgument",
    `Invalid argument \`id\` for \`db.${operation}\`: Unable to decode ID: ${printed}`,
  );
}

function splitIndexName(fullName: string): { tableName: string; indexName: string } {
  const dot = fullName.indexOf(".");
  return { tableName: fullName.slice(0, Math.max(0, dot)), indexName: fullName.slice(dot + 1) };
}

function planFields(plan: Plan): string[] {
  if (plan.kind === "missing") return plan.fields;
  return plan.kind === "search" ? searchFields(plan.index) : indexedFields(plan.index);
}

/** The part of a query's interval after one place and up to and including another. */
function pageInterval(
  plan: { interval: KeyInterval; order: Order },
  start: Position | null,
  end: Position | null,
): KeyInterval {
  let { from, to } = plan.interval;
  if (plan.order === "asc") {
    if (start?.kind === "key") from = successorOfKey(start.key);
    if (end?.kind === "key") to = successorOfKey(end.key);
  } else {
    if (start?.kind === "key") to = start.key;
    if (end?.kind === "key") from = end.key;
  }
  return { from, to };
}
