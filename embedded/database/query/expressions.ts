// Filter expressions as `convex/server` sends them, compiled once per query into a function of the document.
import type { Value } from "convex/values";
import {
  compareValues,
  formatValue,
  isJSONObject,
  type JSONObject,
  type JSONValue,
} from "../../values/index.ts";
import { DatabaseError } from "../errors.ts";
import { fieldValue } from "../fields.ts";
import { valueOrUndefined } from "./ranges.ts";

type Evaluate = (document: JSONObject) => Value | undefined;

/** @throws DatabaseError for a malformed expression; the returned function throws for operands of wrong types */
export function compileFilter(expression: JSONValue): (document: JSONObject) => boolean {
  const evaluate = compile(expression);
  return (document) => asBoolean(evaluate(document), "filter");
}

function compile(expression: JSONValue): Evaluate {
  if (!isJSONObject(expression)) throw malformed(expression);
  const [operator, ...others] = Object.keys(expression);
  if (operator === undefined || others.length > 0) throw malformed(expression);
  const operand = expression[operator];
  if (operand === undefined) throw malformed(expression);
  switch (operator) {
    case "$literal": {
      const value = valueOrUndefined(operand);
      return () => value;
    }
    case "$field": {
      if (typeof operand !== "string") throw malformed(expression);
      return (document) => fieldValue(document, operand);
    }
    case "$and":
      return compileEvery(operands(expression, operand));
    case "$or":
      return compileSome(operands(expression, operand));
    case "$not": {
      const inner = compile(operand);
      return (document) => !asBoolean(inner(document), "not");
    }
    case "$neg": {
      const inner = compile(operand);
      return (document) => negate(inner(document));
    }
    default:
      return compileBinary(operator, operands(expression, operand), expression);
  }
}

function operands(expression: JSONObject, list: JSONValue): Evaluate[] {
  if (!Array.isArray(list)) throw malformed(expression);
  return list.map(compile);
}

function compileEvery(parts: readonly Evaluate[]): Evaluate {
  return (document) => parts.every((part) => asBoolean(part(document), "and"));
}

function compileSome(parts: readonly Evaluate[]): Evaluate {
  return (document) => parts.some((part) => asBoolean(part(document), "or"));
}

function compileBinary(operator: string, parts: readonly Evaluate[], source: JSONObject): Evaluate {
  const [left, right, ...others] = parts;
  if (left === undefined || right === undefined || others.length > 0) throw malformed(source);
  const compare = (test: (order: number) => boolean): Evaluate => {
    return (document) => test(compareValues(left(document), right(document)));
  };
  switch (operator) {
    case "$eq":
      return compare((order) => order === 0);
    case "$neq":
      return compare((order) => order !== 0);
    case "$lt":
      return compare((order) => order < 0);
    case "$lte":
      return compare((order) => order <= 0);
    case "$gt":
      return compare((order) => order > 0);
    case "$gte":
      return compare((order) => order >= 0);
    case "$add":
    case "$sub":
    case "$mul":
    case "$div":
    case "$mod": {
      const arithmetic = ARITHMETIC[operator];
      return (document) => calculate(arithmetic, left(document), right(document));
    }
    default:
      throw malformed(source);
  }
}

type Arithmetic = {
  verb: string;
  floats: (a: number, b: number) => number;
  integers: (a: bigint, b: bigint) => bigint;
};

const ARITHMETIC: Record<"$add" | "$sub" | "$mul" | "$div" | "$mod", Arithmetic> = {
  $add: { verb: "add", floats: (a, b) => a + b, integers: (a, b) => a + b },
  $sub: { verb: "subtract", floats: (a, b) => a - b, integers: (a, b) => a - b },
  $mul: { verb: "multiply", floats: (a, b) => a * b, integers: (a, b) => a * b },
  $div: { verb: "divide", floats: (a, b) => a / b, integers: (a, b) => a / b },
  $mod: { verb: "modulo", floats: (a, b) => a % b, integers: (a, b) => a % b },
};

function calculate(arithmetic: Arithmetic, a: Value | undefined, b: Value | undefined): Value {
  if (typeof a === "number" && typeof b === "number") return arithmetic.floats(a, b);
  if (typeof a === "bigint" && typeof b === "bigint") {
    if (b === 0n && (arithmetic.verb === "divide" || arithmetic.verb === "modulo")) {
      throw new DatabaseError(
        "DivisionByZero",
        `Cannot ${arithmetic.verb} ${describe(a)} by zero.`,
      );
    }
    return checkedInt64(arithmetic.integers(a, b), arithmetic.verb, a, b);
  }
  throw new DatabaseError(
    "InvalidOperands",
    `Cannot ${arithmetic.verb} ${describe(a)} and ${describe(b)}`,
  );
}

function negate(value: Value | undefined): Value {
  if (typeof value === "number") return -value;
  if (typeof value === "bigint") return checkedInt64(-value, "negate", value);
  throw new DatabaseError("InvalidOperands", `Cannot negate ${describe(value)}`);
}

function checkedInt64(result: bigint, verb: string, ...operandsOfIt: Value[]): bigint {
  if (BigInt.asIntN(64, result) === result) return result;
  throw new DatabaseError(
    "IntegerOverflow",
    `Integer overflow: cannot ${verb} ${operandsOfIt.map(describe).join(" and ")}`,
  );
}

function asBoolean(value: Value | undefined, where: string): boolean {
  if (typeof value === "boolean") return value;
  throw new DatabaseError(
    "NotABoolean",
    `Expected a boolean in \`${where}\` but got ${describe(value)}`,
  );
}

/** `2.0 (type Float64)` */
function describe(value: Value | undefined): string {
  if (value === undefined) return "undefined (type Undefined)";
  return `${formatValue(value)} (type ${typeName(value)})`;
}

function typeName(value: Value): string {
  if (value === null) return "Null";
  if (Array.isArray(value)) return "Array";
  if (value instanceof ArrayBuffer) return "Bytes";
  const names: Record<string, string> = {
    bigint: "Int64",
    number: "Float64",
    boolean: "Boolean",
    string: "String",
  };
  return names[typeof value] ?? "Object";
}

function malformed(expression: JSONValue): DatabaseError {
  return new DatabaseError(
    "InvalidFilter",
    `Not a filter expression: ${JSON.stringify(expression)}`,
  );
}
