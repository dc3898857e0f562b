import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Database } from "../database/index.ts";
import { textOf, type JSONObject, type JSONValue } from "../values/index.ts";
import { fileSystemFunctions } from "./systemFunctions.ts";

const HOUR_MS = 60 * 60_000;

let nowMs = 1_700_000_000_000;
let database: Database;
beforeEach(() => {
  database = Database.open({ path: ":memory:", now: () => nowMs });
});
afterEach(() => database.close());

function call(name: string, args: JSONObject = {}): Promise<JSONValue> {
  const systemFunction = fileSystemFunctions[name];
  if (systemFunction === undefined) throw new Error(`There is no ${name}.`);
  return database.batch(() => {
    const tx = database.beginMutation({ system: true });
    try {
      const result = systemFunction.run(tx, args, {
        ...{ database, dataDir: "", cloudUrl: "http://cloud.test", siteUrl: "" },
        journal: { given: null, taken: null },
      });
      tx.commit();
      return result;
    } finally {
      tx.rollback();
    }
  });
}

async function newToken(): Promise<string> {
  const url = new URL(textOf(await call("files:generateUploadUrl")));
  return url.searchParams.get("token") ?? "";
}

describe("an upload address", () => {
  it("works for an hour", async () => {
    const token = await newToken();
    nowMs += HOUR_MS - 1;
    await expect(call("files:checkUploadToken", { token })).resolves.toBeNull();
    nowMs += 1;
    await expect(call("files:checkUploadToken", { token })).rejects.toMatchObject({
      code: "StorageTokenExpired",
    });
  });

  it("that expired while the bytes came is not spent on them", async () => {
    const token = await newToken();
    nowMs += 2 * HOUR_MS;
    const file = { internalId: "6f5b0a4e-1111-4222-8333-444455556666", sha256: "", size: 0 };
    await expect(
      call("files:commitUpload", { token, ...file, contentType: null }),
    ).rejects.toMatchObject({ code: "StorageTokenExpired" });
    expect(await call("files:allInternalIds")).toEqual([]);
  });

  it("is forgotten a day after it expired, by the ones that come after it", async () => {
    const token = await newToken();
    nowMs += 26 * HOUR_MS;
    await newToken();
    await expect(call("files:checkUploadToken", { token })).rejects.toMatchObject({
      code: "StorageTokenInvalid",
    });
  });

  it("cannot be read from the database", async () => {
    const token = await newToken();
    const tx = database.beginQuery({ system: true });
    const rows = tx.collect({
      source: { type: "FullTableScan", tableName: "_upload_tokens", order: "asc" },
      operators: [],
    });
    tx.rollback();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});
