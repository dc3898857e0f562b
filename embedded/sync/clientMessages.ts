// What clients may say on the socket, checked at the border: after `parseClientMessage` everything has its type.
// Source: convex/src/browser/sync/protocol.ts of the npm package `convex` (Apache-2.0).
import {
  decodeTs,
  isDeeperThan,
  isJSONObject,
  MAX_JSON_LEVELS,
  type JSONObject,
  type JSONValue,
} from "../values/index.ts";

export type AddQuery = {
  type: "Add";
  queryId: number;
  udfPath: string;
  args: JSONObject;
  journal: string | null;
  componentPath: string | null;
};
export type RemoveQuery = { type: "Remove"; queryId: number };

type FunctionCall = {
  requestId: number;
  udfPath: string;
  args: JSONObject;
  componentPath: string | null;
};

export type ClientMessage =
  | {
      type: "Connect";
      sessionId: string;
      connectionCount: number;
      lastCloseReason: string | null;
      maxObservedTimestamp: bigint | null;
      clientTs: number | null;
    }
  | {
      type: "ModifyQuerySet";
      baseVersion: number;
      newVersion: number;
      modifications: (AddQuery | RemoveQuery)[];
    }
  | ({ type: "Mutation" } & FunctionCall)
  | ({ type: "Action" } & FunctionCall)
  | { type: "Authenticate"; baseVersion: number; credentials: Credentials }
  | { type: "Event" };

export type Credentials =
  | { kind: "none" }
  | { kind: "user"; token: string }
  | { kind: "admin"; key: string; acting: JSONObject | null };

/** The client broke the protocol; it hears why and must not try the same again. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/** @throws ProtocolError */
export function parseClientMessage(text: string): ClientMessage {
  const message = parseObject(text);
  switch (message.type) {
    case "Connect":
      return {
        type: "Connect",
        sessionId: uuid(message, "sessionId"),
        connectionCount: u32(message, "connectionCount"),
        lastCloseReason: optionalString(message, "lastCloseReason"),
        maxObservedTimestamp: optionalTimestamp(message, "maxObservedTimestamp"),
        clientTs: typeof message.clientTs === "number" ? message.clientTs : null,
      };
    case "ModifyQuerySet":
      return {
        type: "ModifyQuerySet",
        baseVersion: u32(message, "baseVersion"),
        newVersion: u32(message, "newVersion"),
        modifications: array(message, "modifications").map(parseModification),
      };
    case "Mutation":
      return functionCall("Mutation", message);
    case "Action":
      return functionCall("Action", message);
    case "Authenticate":
      return {
        type: "Authenticate",
        baseVersion: u32(message, "baseVersion"),
        credentials: parseCredentials(message),
      };
    case "Event":
      return { type: "Event" };
    default:
      throw new ProtocolError(`Unknown message type ${JSON.stringify(message.type ?? null)}.`);
  }
}

function parseObject(text: string): JSONObject {
  let value: JSONValue;
  if (isDeeperThan(text, MAX_JSON_LEVELS)) {
    throw new ProtocolError(
      `Received invalid JSON on the socket: it has more than ${String(MAX_JSON_LEVELS)} levels.`,
    );
  }
  try {
    value = JSON.parse(text) as JSONValue;
  } catch {
    throw new ProtocolError("Received invalid JSON on the socket.");
  }
  if (!isJSONObject(value)) throw new ProtocolError("A message must be a JSON object.");
  return value;
}

function parseModification(value: JSONValue): AddQuery | RemoveQuery {
  if (!isJSONObject(value)) throw new ProtocolError("A query set modification must be an object.");
  if (value.type === "Remove") return { type: "Remove", queryId: u32(value, "queryId") };
  if (value.type !== "Add") throw new ProtocolError("Unknown query set modification.");
  return {
    type: "Add",
    queryId: u32(value, "queryId"),
    udfPath: string(value, "udfPath"),
    args: onlyArgument(value),
    journal: optionalString(value, "journal"),
    componentPath: optionalString(value, "componentPath"),
  };
}

function functionCall<Type extends string>(
  type: Type,
  message: JSONObject,
): { type: Type } & FunctionCall {
  return {
    type,
    requestId: u32(message, "requestId"),
    udfPath: string(message, "udfPath"),
    args: onlyArgument(message),
    componentPath: optionalString(message, "componentPath"),
  };
}

function parseCredentials(message: JSONObject): Credentials {
  switch (message.tokenType) {
    case "None":
      return { kind: "none" };
    case "User":
      return { kind: "user", token: string(message, "value") };
    case "Admin": {
      const acting = message.impersonating ?? message.actingAs ?? message.acting_as ?? null;
      if (acting !== null && !isJSONObject(acting)) {
        throw new ProtocolError("`impersonating` must be an object of identity attributes.");
      }
      return { kind: "admin", key: string(message, "value"), acting };
    }
    default:
      throw new ProtocolError("Unknown tokenType.");
  }
}

/** Arguments travel as an array of exactly one object; a missing one means no arguments. */
function onlyArgument(message: JSONObject): JSONObject {
  const [argument = {}, ...rest] = array(message, "args");
  if (rest.length > 0 || !isJSONObject(argument)) {
    throw new ProtocolError("`args` must be an array of one object.");
  }
  return argument;
}

function string(object: JSONObject, name: string): string {
  const value = object[name];
  if (typeof value !== "string") throw new ProtocolError(`\`${name}\` must be a string.`);
  return value;
}

function optionalString(object: JSONObject, name: string): string | null {
  return object[name] === undefined || object[name] === null ? null : string(object, name);
}

function uuid(object: JSONObject, name: string): string {
  const value = string(object, name);
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) {
    throw new ProtocolError(`\`${name}\` must be a UUID.`);
  }
  return value;
}

function u32(object: JSONObject, name: string): number {
  const value = object[name];
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new ProtocolError(`\`${name}\` must be an unsigned 32-bit integer.`);
  }
  return value;
}

function array(object: JSONObject, name: string): JSONValue[] {
  const value = object[name];
  if (!Array.isArray(value)) throw new ProtocolError(`\`${name}\` must be an array.`);
  return value;
}

function optionalTimestamp(object: JSONObject, name: string): bigint | null {
  const encoded = optionalString(object, name);
  if (encoded === null) return null;
  try {
    return decodeTs(encoded);
  } catch {
    throw new ProtocolError(`\`${name}\` must be a base64 timestamp.`);
  }
}
