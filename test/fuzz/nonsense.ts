// Nonsense of every grade: from messages with one field wrong to bytes that are not a message at all.
import type { JSONObject, JSONValue } from "../../embedded/values/index.ts";

export type Random = () => number;

export function pick<T>(random: Random, from: readonly T[]): T {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined) throw new Error("Nothing to choose from.");
  return chosen;
}

const NAMES = [
  ...["messages:list", "messages:send", "messages:sendInternal", "users:me", "values:echo"],
  ...["counters:increment", "actions:relay", "files:uploadUrl", "messages:page", "nowhere:at_all"],
  ...[
    "_system/cli/tables:default",
    "_system/files:deleted",
    "__proto__:constructor",
    "http:default",
  ],
  ...[
    "../../etc/passwd:x",
    "messages",
    "messages.js:list",
    "messages:",
    ":list",
    "",
    "a".repeat(600),
  ],
  ...["constructor:prototype", "toString", "messages:__proto__", "messages:list\u0000", "😀:😀"],
];

const AWKWARD: JSONValue[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, 4_294_967_296, -0, "", "x", "\u0000", "\ud800", "😀"],
  ...[{ $integer: "AQAAAAAAAAA=" }, { $integer: "nonsense" }, { $float: "x" }, { $bytes: "%%%" }],
  ...[
    { $undefined: null },
    { $set: [1] },
    { $map: [] },
    { $unheardOf: 1 },
    { "": 1 },
    { _id: "x" },
  ],
];

/** Any JSON value, awkward ones more often than not. */
export function anyValue(random: Random, depth = 0): JSONValue {
  const choice = random();
  if (choice < 0.6 || depth > 4) return pick(random, AWKWARD);
  if (choice < 0.7) return Math.floor(random() * 1000);
  if (choice < 0.8) return pick(random, NAMES);
  if (choice < 0.88) return list(random, depth);
  if (choice < 0.89) return nested(random);
  if (choice < 0.9) return "y".repeat(Math.floor(random() * 200_000));
  return anyObject(random, depth);
}

export function anyObject(random: Random, depth = 0): JSONObject {
  // Without a prototype, so that `__proto__` is a field like any other.
  const object = Object.create(null) as JSONObject;
  const names = ["a", "body", "name", "value", "count", "paginationOpts", "__proto__", "$x", "_y"];
  for (let i = Math.floor(random() * 4); i > 0; i--) {
    object[pick(random, names)] = anyValue(random, depth + 1);
  }
  return object;
}

function list(random: Random, depth: number): JSONValue[] {
  return Array.from({ length: Math.floor(random() * 4) }, () => anyValue(random, depth + 1));
}

function nested(random: Random): JSONValue {
  let value: JSONValue = 1;
  for (let i = Math.floor(random() * 3000); i > 0; i--)
    value = random() < 0.5 ? [value] : { a: value };
  return value;
}

/** The names of functions that are there, and that anybody may call. */
const SENSIBLE_NAMES = NAMES.slice(0, 8).filter((name) => name !== "messages:sendInternal");

export function anyName(random: Random): string {
  return pick(random, random() < 0.6 ? SENSIBLE_NAMES : NAMES);
}

/**
 * What a client might say next, well-formed but for what `spoil` does to it.
 * @param querySet the version at which its query set is
 */
export function clientMessage(random: Random, querySet: number): JSONObject {
  const udfPath = anyName(random);
  const args = random() < 0.8 ? [anyObject(random)] : anyValue(random);
  const requestId = Math.floor(random() * 50);
  const queryId = Math.floor(random() * 8);
  switch (Math.floor(random() * 9)) {
    case 0:
      if (random() < 0.8) return { type: "Event", eventType: "x", event: anyValue(random) };
      return {
        ...{ type: "Connect", sessionId: crypto.randomUUID(), connectionCount: 0 },
        ...{ lastCloseReason: null, maxObservedTimestamp: "AAAAAAAAAAA=", clientTs: 1 },
      };
    case 1:
    case 2: {
      const baseVersion = random() < 0.95 ? querySet : Math.floor(random() * 5);
      const modifications: JSONValue[] = [
        random() < 0.7
          ? { type: "Add", queryId, udfPath, args, journal: random() < 0.5 ? null : "nonsense" }
          : { type: "Remove", queryId },
      ];
      return { type: "ModifyQuerySet", baseVersion, newVersion: baseVersion + 1, modifications };
    }
    case 3:
    case 4:
      return { type: "Mutation", requestId, udfPath, args };
    case 5:
      return { type: "Action", requestId, udfPath, args };
    case 6:
      if (random() < 0.8) return { type: "Authenticate", baseVersion: 0, tokenType: "None" };
      return {
        ...{ type: "Authenticate", baseVersion: Math.floor(random() * 3) },
        ...{ tokenType: pick(random, ["User", "Admin", "None", "Root"]) },
        value: pick(random, ["", "a.b.c", "embedded|00", "eyJhbGciOiJub25lIn0.e30."]),
        impersonating: anyValue(random),
      };
    case 7:
      return { type: "Mutation", requestId, udfPath: "messages:send", args: [{ body: "sense" }] };
    default:
      if (random() < 0.8) {
        return { type: "Action", requestId, udfPath: "actions:relay", args: [{}] };
      }
      return {
        type: pick(random, ["", "Transition", "Ping", "__proto__"]),
        value: anyValue(random),
      };
  }
}

/** One field gone, or replaced, or added; or nothing. */
export function spoil(random: Random, message: JSONObject): JSONObject {
  const spoiled = { ...message };
  const field = pick(random, Object.keys(spoiled));
  const choice = random();
  if (choice < 0.85) return spoiled;
  if (choice < 0.9) delete spoiled[field];
  else if (choice < 0.97) spoiled[field] = anyValue(random);
  else spoiled.componentPath = anyValue(random);
  return spoiled;
}

/** Text cut short, with a character changed, or as it was. */
export function garble(random: Random, text: string): string {
  const at = Math.floor(random() * text.length);
  const choice = random();
  if (choice < 0.95) return text;
  if (choice < 0.98) return text.slice(0, at);
  return (
    text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0xffff)) + text.slice(at + 1)
  );
}

export function anyBytes(random: Random, most: number): Buffer {
  return Buffer.from(Array.from({ length: Math.floor(random() * most) }, () => random() * 256));
}
