// Functions with validators of every kind, for values that fit and values that do not.
import { queryGeneric } from "convex/server";
import { v, type GenericValidator } from "convex/values";

const validators = {
  any: v.any(),
  null: v.null(),
  number: v.number(),
  int64: v.int64(),
  boolean: v.boolean(),
  string: v.string(),
  bytes: v.bytes(),
  literal: v.union(v.literal("x"), v.literal(1), v.literal(true)),
  optional: v.optional(v.union(v.string(), v.number())),
  array: v.array(v.union(v.number(), v.null())),
  object: v.object({ a: v.number(), b: v.optional(v.string()) }),
  deep: v.object({
    list: v.array(v.object({ x: v.union(v.object({ y: v.int64() }), v.string()) })),
  }),
} as const;
export type CheckName = keyof typeof validators;
export const CHECK_NAMES = Object.keys(validators) as CheckName[];

const argument = (value: GenericValidator) =>
  queryGeneric({
    args: { value },
    handler: async (_, args) => (args as { value: unknown }).value ?? null,
  });

/** Queries, because `convex-test` does not undo a mutation with a wrong result (knownDifferences.md). */
const result = (returns: GenericValidator) =>
  queryGeneric({
    args: { value: v.any() },
    returns,
    handler: async (_, args) => args.value as unknown,
  });

export const argument_any = argument(validators.any);
export const argument_null = argument(validators.null);
export const argument_number = argument(validators.number);
export const argument_int64 = argument(validators.int64);
export const argument_boolean = argument(validators.boolean);
export const argument_string = argument(validators.string);
export const argument_bytes = argument(validators.bytes);
export const argument_literal = argument(validators.literal);
export const argument_optional = argument(validators.optional);
export const argument_array = argument(validators.array);
export const argument_object = argument(validators.object);
export const argument_deep = argument(validators.deep);

export const result_any = result(validators.any);
export const result_null = result(validators.null);
export const result_number = result(validators.number);
export const result_int64 = result(validators.int64);
export const result_boolean = result(validators.boolean);
export const result_string = result(validators.string);
export const result_bytes = result(validators.bytes);
export const result_literal = result(validators.literal);
export const result_optional = result(v.union(v.string(), v.number(), v.null()));
export const result_array = result(validators.array);
export const result_object = result(validators.object);
export const result_deep = result(validators.deep);
