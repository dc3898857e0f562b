// When are two callers the same for a query's result? When their identity objects are equal: two tokens of one user
// share, two users never do.
import type { Identity } from "../functions/index.ts";

export function identityKey(identity: Identity): string {
  switch (identity.kind) {
    case "none":
      return "none";
    case "invalid":
      return "invalid";
    case "user":
      return `user ${stableJson(identity.attributes)}`;
    case "admin":
      return identity.acting === undefined ? "admin" : `admin as ${stableJson(identity.acting)}`;
    default:
      return identity satisfies never;
  }
}

/** JSON with sorted keys at the top level, so that the order of a token's claims does not matter. */
function stableJson(value: object): string {
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
