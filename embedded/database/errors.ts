// The one error class of the database; messages are Convex's own where Convex has one.
import type { JSONValue } from "../values/index.ts";

/** `code` is for programs, `message` for people; `data` becomes a ConvexError's data where present. */
export class DatabaseError extends Error {
  readonly code: string;
  readonly data: JSONValue | undefined;

  constructor(code: string, message: string, options: { data?: JSONValue; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "DatabaseError";
    this.code = code;
    this.data = options.data;
  }
}

/** A pushed schema that is malformed or that existing documents do not match. */
export class SchemaError extends DatabaseError {
  constructor(code: string, message: string) {
    super(code, message);
    this.name = "SchemaError";
  }
}
