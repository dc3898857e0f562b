// The rows behind stored files, in the engine: upload tokens, `_storage`, and the list of bytes to be removed.
// Bytes are written before their row and removed after it, so that a row always has its bytes.
import { createHash, randomBytes } from "node:crypto";
import type { QueryJSON, Transaction } from "../database/index.ts";
import {
  SystemFunctionError,
  type SystemFunction,
  type SystemFunctionContext,
  type SystemFunctions,
} from "../functions/index.ts";
import { textOf, type JSONObject, type JSONValue } from "../values/index.ts";

/** As on Convex: an upload must begin within the hour. */
const TOKEN_LIFE_MS = 60 * 60_000;
/** So long an expired token is still told from one that never was. */
const TOKEN_MEMORY_MS = 24 * 60 * 60_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Run = (tx: Transaction, args: JSONObject, context: SystemFunctionContext) => JSONValue;
const query = (run: Run): SystemFunction => ({ kind: "query", run });
const mutation = (run: Run): SystemFunction => ({ kind: "mutation", run });

export const fileSystemFunctions: SystemFunctions = {
  "files:generateUploadUrl": mutation((tx, _args, { cloudUrl }) => {
    forgetOldTokens(tx);
    const token = randomBytes(32).toString("base64url");
    // Only a digest is kept: neither a backup nor a look into the table gives anybody a working token.
    tx.insert("_upload_tokens", { token: digest(token), expiresAtMs: tx.nowMs + TOKEN_LIFE_MS });
    return `${cloudUrl}/api/storage/upload?token=${token}`;
  }),
  "files:checkUploadToken": query((tx, args) => {
    validToken(tx, textOf(args.token));
    return null;
  }),
  /** `token` null: the server itself stores (an action's `ctx.storage.store`). */
  "files:commitUpload": mutation((tx, args) => {
    if (args.token !== null && args.token !== undefined) {
      tx.remove(validToken(tx, textOf(args.token)));
    }
    return tx.insert("_storage", {
      internalId: textOf(args.internalId),
      sha256: textOf(args.sha256),
      size: Number(args.size),
      ...(typeof args.contentType === "string" ? { contentType: args.contentType } : {}),
    });
  }),

  "files:getUrl": query((tx, args, { cloudUrl }) => {
    const file = fileOf(tx, args);
    return file === null ? null : `${cloudUrl}/api/storage/${textOf(file.internalId)}`;
  }),
  "files:getMetadata": query((tx, args) => {
    const file = fileOf(tx, args);
    if (file === null) return null;
    return {
      storageId: file._id ?? null,
      // Hex here, base64 in the table: as Convex has it.
      sha256: Buffer.from(textOf(file.sha256), "base64").toString("hex"),
      size: file.size ?? null,
      contentType: file.contentType ?? null,
    };
  }),
  "files:delete": mutation((tx, args) => {
    const file = fileOf(tx, args);
    if (file === null) {
      throw new SystemFunctionError("FileNotFound", `File ${textOf(args.storageId)} not found.`);
    }
    removeFile(tx, file);
    return null;
  }),

  /** What the server needs to read a stored file. */
  "files:byStorageId": query((tx, args) => fileOf(tx, args)),
  "files:byInternalId": query((tx, args) => byInternalId(tx, textOf(args.internalId))),
  "files:allInternalIds": query((tx) =>
    tx.collect(wholeTable("_storage")).map((file) => file.internalId ?? null),
  ),

  /** Watched by the server, which removes the bytes after the commit and then calls `files:forgetDeleted`. */
  "_system/files:deleted": query((tx) =>
    tx
      .collect(wholeTable("_deleted_files"))
      .map((row) => ({ id: row._id ?? null, internalId: row.internalId ?? null })),
  ),
  "files:forgetDeleted": mutation((tx, args) => {
    for (const id of Array.isArray(args.ids) ? args.ids : []) {
      if (tx.get(textOf(id)) !== null) tx.remove(textOf(id));
    }
    return null;
  }),
};

/** Removes a row of `_storage`; its bytes follow after the commit. */
export function removeFile(tx: Transaction, file: JSONObject): void {
  tx.remove(textOf(file._id));
  tx.insert("_deleted_files", { internalId: textOf(file.internalId) });
}

/** The row of a storage id; the uuid of a file's address is understood too, as on Convex. */
function fileOf(tx: Transaction, args: JSONObject): JSONObject | null {
  const { storageId } = args;
  const text = typeof storageId === "string" ? storageId : "";
  if (UUID.test(text)) return byInternalId(tx, text);
  const id = tx.normalizeId("_storage", text);
  if (id === null) {
    throw new SystemFunctionError(
      "InvalidStorageId",
      `Invalid storage ID: ${JSON.stringify(storageId)} is not an Id<"_storage">.`,
    );
  }
  return tx.get(id);
}

function byInternalId(tx: Transaction, internalId: string): JSONObject | null {
  return only(tx, "_storage.by_internal_id", "internalId", internalId);
}

/** The id of the token's row. */
function validToken(tx: Transaction, token: string): string {
  const row = only(tx, "_upload_tokens.by_token", "token", digest(token));
  if (row === null) {
    throw new SystemFunctionError(
      "StorageTokenInvalid",
      "This upload URL is not valid: it was used already, or was never issued.",
    );
  }
  if (Number(row.expiresAtMs) <= tx.nowMs) {
    throw new SystemFunctionError("StorageTokenExpired", "This upload URL has expired.");
  }
  return textOf(row._id);
}

/** Tokens are inserted in the order in which they expire: the oldest are the first. */
function forgetOldTokens(tx: Transaction): void {
  const oldest = tx.collect({ ...wholeTable("_upload_tokens"), operators: [{ limit: 2 }] });
  for (const row of oldest) {
    if (Number(row.expiresAtMs) + TOKEN_MEMORY_MS < tx.nowMs) tx.remove(textOf(row._id));
  }
}

function only(
  tx: Transaction,
  indexName: string,
  fieldPath: string,
  value: string,
): JSONObject | null {
  const range = [{ type: "Eq" as const, fieldPath, value }];
  const [found] = tx.collect({
    source: { type: "IndexRange", indexName, range, order: "asc" },
    operators: [{ limit: 1 }],
  });
  return found ?? null;
}

function wholeTable(tableName: string): QueryJSON {
  return { source: { type: "FullTableScan", tableName, order: "asc" }, operators: [] };
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
