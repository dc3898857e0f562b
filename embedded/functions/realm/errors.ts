// Puts a thrown value into words while still inside the realm, where its getters may run safely.

/** JSON of `{ text, stack, data? }`: `text` like V8's own message without "Uncaught", `data` a ConvexError's data JSON. */
export function describeError(thrown: unknown): string {
  try {
    if (thrown instanceof Error) {
      const data = convexErrorData(thrown);
      return JSON.stringify({
        text: headline(thrown),
        stack: typeof thrown.stack === "string" ? thrown.stack : "",
        ...(data === undefined ? {} : { data }),
      });
    }
    if (typeof thrown === "object" && thrown !== null) {
      const data = convexErrorData(thrown);
      const stack: unknown = (thrown as { stack?: unknown }).stack;
      const message: unknown = (thrown as { message?: unknown }).message;
      return JSON.stringify({
        text: typeof message === "string" ? headline(thrown as Error) : "#<Object>",
        stack: typeof stack === "string" ? stack : "",
        ...(data === undefined ? {} : { data }),
      });
    }
    return JSON.stringify({ text: String(thrown), stack: "" });
  } catch {
    return JSON.stringify({ text: "an error that cannot be described", stack: "" });
  }
}

function headline(error: Error): string {
  const name = typeof error.name === "string" && error.name !== "" ? error.name : "Error";
  const message = String(error.message);
  return message === "" ? name : `${name}: ${message}`;
}

/** The wrapper of `convex/server` has already turned a ConvexError's data into JSON text. */
function convexErrorData(thrown: object): string | undefined {
  if (!(Symbol.for("ConvexError") in thrown)) return undefined;
  const data = (thrown as { data?: unknown }).data;
  return typeof data === "string" ? data : undefined;
}
