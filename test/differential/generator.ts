// Random sequences of steps. What both sides are known to see differently is not generated (knownDifferences.md).
import type { Value } from "convex/values";
import fc from "fast-check";
import { CHECK_NAMES } from "./app/convex/checks.ts";
import {
  MISSING,
  type Filter,
  type Operation,
  type Range,
  type Read,
  type Source,
} from "./app/convex/operations.ts";
import type { Step } from "./sequence.ts";

const DOCUMENTS = ["d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"];
const STRICT = ["s1", "s2", "s3"];
const JOBS = ["j1", "j2", "j3"];
const FILES = ["f1", "f2"];
const PAGES = ["p1", "p2", "p3", "p4"];
/** No word begins another: `convex-test` takes every word of a search as a beginning, Convex only the last. */
const WORDS = ["alpha", "beta", "gamma", "delta", "epsilon"];

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(null, true, false, 0, 1, 2, -1, 1.5, NaN, Infinity, -Infinity, -0),
  fc.constantFrom<Value>(0n, 1n, 2n, -1n, (1n << 63n) - 1n, -(1n << 63n)),
  fc.constantFrom<Value>("", "a", "b", "aa", "\u{FF5E}", "😀", "é"),
  fc.constantFrom(...[[], [0], [1], [0, 255]].map((bytes) => new Uint8Array(bytes).buffer)),
);
const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom("x", "y"), scalar, { maxKeys: 2 }) },
);
const orMissing = (arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary }, { weight: 1, arbitrary: fc.constant<Value>(MISSING) });
const text = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 })
  .map((words) => words.join(" "));
const reference = (names: string[]) => fc.constantFrom(...names).map((name) => `<id of ${name}>`);

/** `n` and `text` are always there and of one type: filters and search lean on them. */
const item = fc.record(
  {
    n: fc.integer({ min: 0, max: 3 }),
    text,
    a: orMissing(value),
    b: orMissing(value),
    nested: fc.oneof(fc.record({ x: scalar }), scalar),
    ref: reference(DOCUMENTS),
  },
  { requiredKeys: ["n", "text"] },
);
const itemPatch = fc.record(
  { n: fc.integer({ min: 0, max: 3 }), text, a: orMissing(value), b: orMissing(value) },
  { requiredKeys: [] },
);
const strict = fc.record(
  {
    name: fc.string({ maxLength: 3 }),
    kind: fc.constantFrom<Value>("x", "y", 3),
    count: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ max: 3, min: 0 }) },
      { weight: 1, arbitrary: scalar },
    ),
    big: fc.oneof(fc.bigInt({ min: 0n, max: 3n }), scalar),
    tags: fc.array(fc.oneof(fc.string({ maxLength: 2 }), fc.constant(null), fc.constant(1)), {
      maxLength: 2,
    }),
    item: reference([...DOCUMENTS, ...STRICT]),
    inner: fc.record(
      { flag: fc.oneof(fc.boolean(), scalar), bytes: scalar },
      { requiredKeys: ["flag"] },
    ),
    stranger: scalar,
  },
  { requiredKeys: ["kind"] },
) as fc.Arbitrary<Record<string, unknown>>;

const INDEXES = [
  { name: "by_a", fields: ["a", "_creationTime"] },
  { name: "by_a_b", fields: ["a", "b", "_creationTime"] },
  { name: "by_nested", fields: ["nested.x", "n", "_creationTime"] },
];

function range(fields: number): fc.Arbitrary<Range> {
  // Not on the creation time, whose values nobody can know.
  return fc.integer({ min: 0, max: fields - 1 }).chain((equalities) => {
    const equal = fc.array(orMissing(value), { minLength: equalities, maxLength: equalities });
    const bound = fc.option(fc.record({ inclusive: fc.boolean(), value: orMissing(value) }), {
      nil: undefined,
    });
    if (equalities >= fields - 1) return fc.record({ equal });
    return fc.record({ equal, lower: bound, upper: bound }).map(dropUndefined);
  });
}

const comparison: fc.Arbitrary<Filter> = fc.oneof(
  // Equality holds across all types; order only among numbers, which JavaScript's operators order as Convex does.
  fc.record({
    op: fc.constantFrom("eq" as const, "neq" as const),
    field: fc.constantFrom("a", "b", "nested.x", "n"),
    value: orMissing(value),
  }),
  fc.record({
    op: fc.constantFrom("lt" as const, "lte" as const, "gt" as const, "gte" as const),
    field: fc.constant("n"),
    value: fc.integer({ min: 0, max: 3 }),
  }),
);
const filter: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 3, arbitrary: comparison },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constantFrom("and" as const, "or" as const),
      of: fc.array(comparison, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("not" as const), of: comparison }) },
);

const order = fc.constantFrom("asc" as const, "desc" as const);
const itemSource: fc.Arbitrary<Source> = fc
  .record({
    table: fc.constant("items"),
    index: fc.option(
      fc
        .constantFrom(...INDEXES)
        .chain((index) => range(index.fields.length).map((given) => ({ ...index, range: given }))),
      { nil: undefined },
    ),
    order: fc.option(order, { nil: undefined }),
    filter: fc.option(filter, { nil: undefined, freq: 3 }),
  })
  .map(dropUndefined);
const strictSource: fc.Arbitrary<Source> = fc
  .record({
    table: fc.constant("strict"),
    index: range(3).map((given) => ({
      ...{ name: "by_kind_count", fields: ["kind", "count", "_creationTime"] },
      range: given,
    })),
    order,
  })
  .map((source) => source);
const searchSource: fc.Arbitrary<Source> = fc
  .record({
    table: fc.constant("items"),
    search: fc
      .record({
        text: fc
          .tuple(
            fc.array(fc.constantFrom(...WORDS), { maxLength: 2 }),
            fc.constantFrom("al", "beta", "ga", "zzz"),
          )
          .map(([words, last]) => [...words, last].join(" ")),
        n: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
      })
      .map(dropUndefined),
  })
  .map((source) => source);

const read: fc.Arbitrary<Read> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("get" as const),
      of: fc.constantFrom(...DOCUMENTS, ...STRICT),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("normalize" as const),
      of: fc.constantFrom(...DOCUMENTS, ...STRICT),
      table: fc.constantFrom("items", "strict"),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("query" as const),
      source: fc.oneof(
        { weight: 5, arbitrary: itemSource },
        { weight: 1, arbitrary: strictSource },
      ),
      finish: fc.constantFrom("collect" as const, "first" as const, "unique" as const, 1, 3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("query" as const),
      source: searchSource,
      finish: fc.constant("collect" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("jobs" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("file" as const), of: fc.constantFrom(...FILES) }),
  },
);

const { operation } = fc.letrec<{ operation: Operation; operations: Operation[] }>((tie) => ({
  operation: fc.oneof(
    { depthSize: "small", maxDepth: 2 },
    {
      weight: 6,
      arbitrary: insert("items", DOCUMENTS, item as fc.Arbitrary<Record<string, unknown>>),
    },
    { weight: 2, arbitrary: insert("strict", STRICT, strict) },
    {
      weight: 3,
      arbitrary: change("patch", DOCUMENTS, itemPatch as fc.Arbitrary<Record<string, unknown>>),
    },
    {
      weight: 2,
      arbitrary: change("replace", DOCUMENTS, item as fc.Arbitrary<Record<string, unknown>>),
    },
    { weight: 1, arbitrary: change("patch", STRICT, strict) },
    { weight: 1, arbitrary: change("replace", STRICT, strict) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("delete" as const),
        of: fc.constantFrom(...DOCUMENTS, ...STRICT),
      }),
    },
    { weight: 4, arbitrary: read },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("nested" as const), operations: tie("operations") }),
    },
    {
      weight: 1,
      arbitrary: fc
        .record({
          do: fc.constant("throw" as const),
          text: fc.nat(9).map((number) => `thrown on purpose ${number}`),
          data: fc.option(fc.constantFrom<Value>(null, true, 1.5, "a", { x: ["y"] }), {
            nil: undefined,
          }),
        })
        .map(dropUndefined),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("schedule" as const),
        delayMs: fc.constantFrom(0, 3_600_000),
        operations: tie("operations"),
        as: fc.constantFrom(...JOBS),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("cancel" as const), of: fc.constantFrom(...JOBS) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("deleteFile" as const),
        of: fc.constantFrom(...FILES),
      }),
    },
  ),
  operations: fc.array(tie("operation"), { minLength: 1, maxLength: 3 }),
}));

function insert(
  table: string,
  names: string[],
  document: fc.Arbitrary<Record<string, unknown>>,
): fc.Arbitrary<Operation> {
  return fc.record({
    do: fc.constant("insert" as const),
    table: fc.constant(table),
    value: document,
    as: fc.constantFrom(...names),
  });
}

function change(
  kind: "patch" | "replace",
  names: string[],
  document: fc.Arbitrary<Record<string, unknown>>,
): fc.Arbitrary<Operation> {
  return fc.record({ do: fc.constant(kind), of: fc.constantFrom(...names), value: document });
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      step: fc.constant("transact" as const),
      operations: fc.array(operation, { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      step: fc.constant("look" as const),
      operations: fc.array(read, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        step: fc.constant("page" as const),
        source: itemSource,
        pageSize: fc.integer({ min: 1, max: 4 }),
        maximumRowsRead: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined, freq: 2 }),
        as: fc.constantFrom(...PAGES),
        after: fc.option(fc.constantFrom(...PAGES), { nil: undefined }),
      })
      .map(dropUndefined),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant("pageAgain" as const),
      of: fc.constantFrom(...PAGES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant("check" as const),
      what: fc.constantFrom("argument" as const, "result" as const),
      name: fc.constantFrom(...CHECK_NAMES),
      value: fc.oneof(
        value,
        fc.constantFrom<Value>(
          "x",
          { a: 1 },
          { a: 1, b: "x" },
          { a: 1, c: null },
          [1, null],
          { list: [{ x: { y: 1n } }, { x: "s" }] },
          { list: [{ x: { y: 1 } }] },
        ),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      step: fc.constant("store" as const),
      bytes: fc.uint8Array({ maxLength: 20 }).map((bytes) => new Uint8Array(bytes).buffer),
      as: fc.constantFrom(...FILES),
    }),
  },
);

/** Begins with a few documents, so that there is something to find. */
export const sequence: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.array(insert("items", DOCUMENTS, item as fc.Arbitrary<Record<string, unknown>>), {
      minLength: 4,
      maxLength: 12,
    }),
    fc.array(step, { minLength: 5, maxLength: 25 }),
  )
  .map(([operations, steps]) => [{ step: "transact", operations }, ...steps]);

function dropUndefined<T extends object>(given: T): T {
  // Only optional members can be undefined here.
  return Object.fromEntries(
    Object.entries(given).filter(([, member]) => member !== undefined),
  ) as T;
}
