// An interpreter: carries out a list of database operations inside one query or mutation, as Convex functions would.
import {
  actionGeneric,
  makeFunctionReference,
  mutationGeneric,
  queryGeneric,
  type GenericDatabaseReader,
  type GenericDataModel,
  type GenericMutationCtx,
  type GenericQueryCtx,
  type MutationBuilder,
  type QueryBuilder,
} from "convex/server";
import { ConvexError, v, type Value } from "convex/values";

export type Range = {
  equal: unknown[];
  lower?: { inclusive: boolean; value: unknown };
  upper?: { inclusive: boolean; value: unknown };
};
export type Filter =
  | { op: "eq" | "neq" | "lt" | "lte" | "gt" | "gte"; field: string; value: unknown }
  | { op: "and" | "or"; of: Filter[] }
  | { op: "not"; of: Filter };
export type Source = {
  table: string;
  index?: { name: string; fields: string[]; range: Range };
  search?: { text: string; n?: number };
  order?: "asc" | "desc";
  filter?: Filter;
};
export type Read =
  | { do: "get"; of: string }
  | { do: "normalize"; of: string; table: string }
  | { do: "query"; source: Source; finish: "collect" | "first" | "unique" | number }
  | { do: "jobs" }
  | { do: "file"; of: string };
export type Operation =
  | Read
  | { do: "insert"; table: string; value: Record<string, unknown>; as?: string }
  | { do: "patch" | "replace"; of: string; value: Record<string, unknown> }
  | { do: "delete"; of: string }
  | { do: "nested"; operations: Operation[] }
  | { do: "throw"; text: string; data?: unknown }
  | { do: "schedule"; delayMs: number; operations: Operation[]; as: string }
  | { do: "cancel"; of: string }
  | { do: "deleteFile"; of: string };
export type Names = Record<string, string>;

/** How arguments write a missing field and a document's id: neither can be known or sent as itself. */
export const MISSING = "<missing>";
const REFERENCE = /^<id of (\w+)>$/;

const mutation = mutationGeneric as MutationBuilder<GenericDataModel, "public">;
const query = queryGeneric as QueryBuilder<GenericDataModel, "public">;
const TRANSACT = makeFunctionReference<"mutation", { operations: unknown; names: unknown }>(
  "operations:transact",
);

type ReadCtx = Pick<GenericQueryCtx<GenericDataModel>, "db" | "storage">;

function resolve(value: unknown, names: Names): unknown {
  if (value === MISSING) return undefined;
  if (typeof value === "string") {
    const name = REFERENCE.exec(value)?.[1];
    // What a name that stands for nothing yet refers to: null, which fits nowhere that an id is wanted.
    return name === undefined ? value : (names[name] ?? null);
  }
  if (Array.isArray(value)) return value.map((item) => resolve(item, names));
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, resolve(item, names)]),
  );
}

/** Operations on a name that stands for nothing yet are left out: `isKnown`. */
function idOf(name: string, names: Names): string {
  return names[name] ?? "";
}

function isKnown(operation: Operation, names: Names): boolean {
  return !("of" in operation) || names[operation.of] !== undefined;
}

function body(value: Record<string, unknown>, names: Names): Record<string, Value> {
  return resolve(value, names) as Record<string, Value>;
}

// The query builders' types depend on a data model; here tables and indexes come from data.
type Builder = {
  eq(field: string, value: unknown): Builder;
  gt(field: string, value: unknown): Builder;
  gte(field: string, value: unknown): Builder;
  lt(field: string, value: unknown): Builder;
  lte(field: string, value: unknown): Builder;
  search(field: string, text: string): Builder;
};

function applyRange(builder: Builder, fields: string[], range: Range, names: Names): Builder {
  let built = builder;
  range.equal.forEach((value, i) => {
    built = built.eq(fields[i] ?? "", resolve(value, names));
  });
  const field = fields[range.equal.length] ?? "";
  const { lower, upper } = range;
  if (lower !== undefined) {
    built = built[lower.inclusive ? "gte" : "gt"](field, resolve(lower.value, names));
  }
  if (upper !== undefined) {
    built = built[upper.inclusive ? "lte" : "lt"](field, resolve(upper.value, names));
  }
  return built;
}

type FilterBuilder = Record<string, (...args: unknown[]) => unknown>;

function applyFilter(q: FilterBuilder, filter: Filter, names: Names): unknown {
  switch (filter.op) {
    case "and":
    case "or":
      return q[filter.op]?.(...filter.of.map((part) => applyFilter(q, part, names)));
    case "not":
      return q.not?.(applyFilter(q, filter.of, names));
    default:
      return q[filter.op]?.(q.field?.(filter.field), resolve(filter.value, names));
  }
}

function open(db: GenericDatabaseReader<GenericDataModel>, source: Source, names: Names) {
  const { index, search, order, filter } = source;
  const table = db.query(source.table);
  const ranged =
    search !== undefined
      ? table.withSearchIndex("by_text", ((q: Builder) => {
          const found = q.search("text", search.text);
          return search.n === undefined ? found : found.eq("n", search.n);
        }) as never)
      : index === undefined
        ? table
        : table.withIndex(index.name, ((q: Builder) =>
            applyRange(q, index.fields, index.range, names)) as never);
  // Search results have an order of their own.
  const ordered =
    order === undefined || search !== undefined ? ranged : (ranged as typeof table).order(order);
  if (filter === undefined) return ordered;
  return ordered.filter(((q: FilterBuilder) => applyFilter(q, filter, names)) as never);
}

async function read(ctx: ReadCtx, operation: Read, names: Names): Promise<unknown> {
  switch (operation.do) {
    case "get":
      return ctx.db.get(idOf(operation.of, names) as never);
    case "normalize":
      return ctx.db.normalizeId(operation.table, idOf(operation.of, names));
    case "jobs": {
      const jobs = await ctx.db.system.query("_scheduled_functions").collect();
      return jobs.map(({ _id, state }) => ({ _id, state: state.kind }));
    }
    case "file": {
      const id = idOf(operation.of, names) as never;
      const file = (await ctx.db.system.get(id)) as { size: number; sha256: string } | null;
      const url = await ctx.storage.getUrl(id);
      return { file: file && { size: file.size, sha256: file.sha256 }, hasUrl: url !== null };
    }
    case "query": {
      const opened = open(ctx.db, operation.source, names);
      const { finish } = operation;
      const found = await (typeof finish === "number" ? opened.take(finish) : opened[finish]());
      if (operation.source.search === undefined || !Array.isArray(found)) return found;
      // Each side ranks by rules of its own: what was found is compared, not in which order.
      return found.sort((a, b) => Number(a._creationTime) - Number(b._creationTime));
    }
  }
}

async function write(
  ctx: GenericMutationCtx<GenericDataModel>,
  operation: Operation,
  names: Names,
): Promise<unknown> {
  switch (operation.do) {
    case "insert": {
      const id = await ctx.db.insert(operation.table, body(operation.value, names));
      if (operation.as !== undefined) names[operation.as] = id;
      return id;
    }
    case "patch":
      await ctx.db.patch(idOf(operation.of, names) as never, body(operation.value, names));
      return null;
    case "replace":
      await ctx.db.replace(idOf(operation.of, names) as never, body(operation.value, names));
      return null;
    case "delete":
      await ctx.db.delete(idOf(operation.of, names) as never);
      return null;
    case "nested":
      try {
        const { operations } = operation;
        const inner = (await ctx.runMutation(TRANSACT, {
          operations,
          names,
        })) as {
          results: unknown[];
          names: Names;
        };
        Object.assign(names, inner.names);
        return inner.results;
      } catch (error) {
        return { caught: error instanceof ConvexError ? (error.data as Value) : "an error" };
      }
    case "throw":
      if (operation.data !== undefined)
        throw new ConvexError(resolve(operation.data, names) as Value);
      throw new Error(operation.text);
    case "schedule": {
      const { delayMs, operations } = operation;
      const id = await ctx.scheduler.runAfter(delayMs, TRANSACT, {
        ...{ operations, names },
      });
      names[operation.as] = id;
      return id;
    }
    case "cancel": {
      const id = idOf(operation.of, names);
      const job = (await ctx.db.system.get(id as never)) as {
        scheduledTime: number;
        state: { kind: string };
      } | null;
      // Only what is far off: `convex-test` cancels what has run, too (knownDifferences.md).
      if (job?.state.kind !== "pending" || job.scheduledTime < Date.now() + 60_000) return null;
      await ctx.scheduler.cancel(id as never);
      return "cancelled";
    }
    case "deleteFile":
      await ctx.storage.delete(idOf(operation.of, names) as never);
      return null;
    default:
      return read(ctx, operation, names);
  }
}

/** Everything in one mutation; `names` gets the ids of what was inserted. */
export const transact = mutation({
  args: { operations: v.any(), names: v.any() },
  handler: async (ctx, args) => {
    const names = { ...(args.names as Names) };
    const results: unknown[] = [];
    for (const operation of args.operations as Operation[]) {
      results.push(
        isKnown(operation, names) ? ((await write(ctx, operation, names)) ?? null) : null,
      );
    }
    return { results, names };
  },
});

export const look = query({
  args: { operations: v.any(), names: v.any() },
  handler: async (ctx, args) => {
    const results: unknown[] = [];
    const names = args.names as Names;
    for (const operation of args.operations as Read[]) {
      results.push(
        isKnown(operation, names) ? ((await read(ctx, operation, names)) ?? null) : null,
      );
    }
    return { results };
  },
});

export const page = query({
  args: { source: v.any(), names: v.any(), options: v.any() },
  handler: (ctx, args) =>
    open(ctx.db, args.source as Source, args.names as Names).paginate(args.options as never),
});

export const store = actionGeneric({
  args: { bytes: v.bytes() },
  handler: async (ctx, { bytes }) => {
    const id = await ctx.storage.store(new Blob([bytes]));
    const back = await ctx.storage.get(id);
    return { id, bytes: (await back?.arrayBuffer()) ?? null };
  },
});
