// Filters and limits over a source, one document at a time, counting every document read.
import type { JSONObject } from "../../values/index.ts";
import { DatabaseError } from "../errors.ts";
import type { QueryOperatorJSON } from "../types.ts";
import { compileFilter } from "./expressions.ts";
import type { Source, SourceDocument } from "./source.ts";

const MAX_OPERATORS = 256;

type Operator =
  | { kind: "filter"; accepts: (document: JSONObject) => boolean }
  | { kind: "limit"; remaining: number };

/** Parses a document's text; system tables are cut to what functions may see of them. */
export type Present = (json: string) => JSONObject;

export class QueryPipeline {
  readonly source: Source;
  readonly #operators: Operator[];
  readonly #present: Present;
  readonly #onRead: (document: SourceDocument) => void;

  /** @param onRead called for each document that the source gave, kept or not */
  constructor(
    source: Source,
    operators: readonly QueryOperatorJSON[],
    present: Present,
    onRead: (document: SourceDocument) => void,
  ) {
    this.source = source;
    this.#operators = compileOperators(operators);
    this.#present = present;
    this.#onRead = onRead;
  }

  /** The next document that passes, or null at the end. Stops reading once a limit is used up. */
  next(): SourceDocument | null {
    for (;;) {
      const step = this.step();
      if (step.kind === "end") return null;
      if (step.kind === "kept") return step.document;
    }
  }

  /** Reads one document and says what became of it. */
  step(): { kind: "end" } | { kind: "kept" | "dropped"; document: SourceDocument } {
    if (this.#operators.some((operator) => operator.kind === "limit" && operator.remaining <= 0)) {
      return { kind: "end" };
    }
    const document = this.source.next();
    if (document === null) return { kind: "end" };
    this.#onRead(document);
    return { kind: this.#accepts(document) ? "kept" : "dropped", document };
  }

  #accepts(document: SourceDocument): boolean {
    let parsed: JSONObject | undefined;
    for (const operator of this.#operators) {
      if (operator.kind === "limit") {
        operator.remaining -= 1;
        continue;
      }
      parsed ??= this.#present(document.json);
      if (!operator.accepts(parsed)) return false;
    }
    return true;
  }
}

/** How many documents a query will take at most, if it says so before any filter. */
export function expectedCount(operators: readonly QueryOperatorJSON[]): number | undefined {
  const first = operators[0];
  return first !== undefined && "limit" in first ? first.limit : undefined;
}

function compileOperators(operators: readonly QueryOperatorJSON[]): Operator[] {
  if (operators.length > MAX_OPERATORS) {
    throw new DatabaseError(
      "TooManyOperators",
      `Query has too many operators: ${operators.length}, but the limit is ${MAX_OPERATORS}.`,
    );
  }
  return operators.map((operator) => {
    if ("filter" in operator) return { kind: "filter", accepts: compileFilter(operator.filter) };
    if (!Number.isInteger(operator.limit) || operator.limit < 0) {
      throw new DatabaseError(
        "InvalidLimit",
        `A query's limit must be a non-negative integer, not ${operator.limit}.`,
      );
    }
    return { kind: "limit", remaining: operator.limit };
  });
}
