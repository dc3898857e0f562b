// Looks over the shoulder of every Convex function: which run, what they read and write, and, for
// actions, a hand on their arm, so that a test can let them vanish at any point.
import { AsyncLocalStorage } from "node:async_hooks";

export type Costs = {
  name: string;
  kind: "query" | "mutation" | "action";
  args: unknown;
  documentsRead: number;
  documentsWritten: number;
  bytesRead: number;
  functionsScheduled: number;
  /** The tables that it wrote to. */
  tablesWritten: Set<string>;
};

/** The parts of Convex's contexts that are used here. */
type Context = {
  meta?: { getTransactionMetrics(): Promise<Metrics> };
  runMutation?: (reference: unknown, args: unknown) => Promise<unknown>;
  db?: Record<(typeof WRITES)[number], (table: string, ...rest: unknown[]) => unknown>;
};
const WRITES = ["insert", "patch", "replace", "delete"] as const;
type Metric = { used: number };
type Metrics = Record<
  "documentsRead" | "documentsWritten" | "bytesRead" | "functionsScheduled",
  Metric
>;
type Handler = (ctx: Context, args: unknown) => Promise<unknown>;
type Registered = { _handler: Handler } & Partial<
  Record<"isQuery" | "isMutation" | "isAction" | "isPublic", boolean>
>;

/** Stands between an action and everything that it does. */
export type Intercept = (action: {
  name: string;
  args: unknown;
  /** Runs the action; its mutations go through `mutate`. */
  proceed: (mutate?: Mutate) => Promise<unknown>;
}) => Promise<unknown>;
export type Mutate = (send: () => Promise<unknown>, args: unknown) => Promise<unknown>;

export class Instrument {
  /** Handlers that have begun and not ended. */
  running = 0;
  readonly costs: Costs[] = [];
  /** The tables that functions have written to since somebody has cleared this. */
  readonly touched = new Set<string>();
  /** What every function is, by name; and those that clients may call. */
  readonly kinds = new Map<string, Costs["kind"]>();
  readonly publicNames = new Set<string>();
  intercept: Intercept = ({ proceed }) => proceed();
  readonly #isMetered: boolean;

  /** @param isMetered false leaves `costs` empty, and is faster */
  constructor(isMetered = true) {
    this.#isMetered = isMetered;
  }

  wrapModule(path: string, module: object): object {
    const file = path.replace(/^.*\/convex\//u, "").replace(/\.[tj]s$/u, "");
    return Object.fromEntries(
      Object.entries(module).map(([name, value]: [string, unknown]) => [
        name,
        isRegistered(value) ? this.#wrap(`${file}:${name}`, value) : value,
      ]),
    );
  }

  #wrap(name: string, registered: Registered): Registered {
    const kind = registered.isAction ? "action" : registered.isMutation ? "mutation" : "query";
    this.kinds.set(name, kind);
    if (registered.isPublic) this.publicNames.add(name);
    const handler: Handler = async (ctx, args) => {
      this.running += 1;
      try {
        if (kind === "action") return await this.#runAction(name, registered, ctx, args);
        const tablesWritten = new Set<string>();
        const result = await registered._handler(noting(ctx, tablesWritten), args);
        for (const table of tablesWritten) this.touched.add(table);
        if (this.#isMetered) await this.#count({ name, kind, args, tablesWritten }, ctx);
        return result;
      } finally {
        this.running -= 1;
      }
    };
    return new Proxy(registered, {
      get: (target, key, receiver): unknown =>
        key === "_handler" ? handler : Reflect.get(target, key, receiver),
    });
  }

  async #runAction(name: string, { _handler }: Registered, ctx: Context, args: unknown) {
    return await this.intercept({
      ...{ name, args },
      proceed: (mutate = (send) => send()) =>
        _handler(
          {
            ...ctx,
            runMutation: (reference, mutationArgs) => {
              // A test may send it later, from another place; it stays this action's message.
              const inPlace = AsyncLocalStorage.snapshot();
              const send = async () =>
                await inPlace(async () => await ctx.runMutation?.(reference, mutationArgs));
              return mutate(send, mutationArgs);
            },
          },
          args,
        ),
    });
  }

  async #count(
    run: Pick<Costs, "name" | "kind" | "args" | "tablesWritten">,
    ctx: Context,
  ): Promise<void> {
    const metrics = await ctx.meta?.getTransactionMetrics();
    if (!metrics) return;
    this.costs.push({
      ...run,
      documentsRead: metrics.documentsRead.used,
      documentsWritten: metrics.documentsWritten.used,
      bytesRead: metrics.bytesRead.used,
      functionsScheduled: metrics.functionsScheduled.used,
    });
  }
}

/** The same context, noting the tables that are written through it. */
function noting(ctx: Context, tables: Set<string>): Context {
  const { db } = ctx;
  if (!db) return ctx;
  const noted = Object.fromEntries(
    WRITES.filter((write) => write in db).map((write) => [
      write,
      (table: string, ...rest: unknown[]) => {
        tables.add(table);
        return db[write](table, ...rest);
      },
    ]),
  );
  return { ...ctx, db: { ...db, ...noted } };
}

function isRegistered(value: unknown): value is Registered {
  return (
    (typeof value === "function" || (typeof value === "object" && value !== null)) &&
    "_handler" in value
  );
}
