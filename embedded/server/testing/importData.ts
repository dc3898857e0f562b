// Imports as `convex import` does, over the deploy API.
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";

export type Backend = { url: string; adminKey: string };
export type ImportOptions = {
  format: "zip" | "jsonLines" | "jsonArray" | "csv";
  mode: "requireEmpty" | "append" | "replace" | "replaceAll";
  tableName?: string;
};
export type ImportState = {
  state: string;
  message_to_confirm?: string;
  progress_message?: string;
  error_message?: string;
  num_rows_written?: bigint;
};

const PART_BYTES = 5 << 20;

/** Everything up to the confirmation. Returns the import's id. */
export async function stageData(
  backend: Backend,
  options: ImportOptions,
  data: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const { uploadToken } = await post<{ uploadToken: string }>(backend, "start_upload", {});
  const partTokens: string[] = [];
  for (let offset = 0; offset < data.length; offset += PART_BYTES) {
    const query = `uploadToken=${uploadToken}&partNumber=${String(partTokens.length + 1)}`;
    const part = data.subarray(offset, offset + PART_BYTES);
    const response = await request(backend, `/api/import/upload_part?${query}`, {
      body: part,
      headers: { "content-type": "application/octet-stream" },
    });
    partTokens.push((await response.json()) as string);
  }
  const { importId } = await post<{ importId: string }>(backend, "finish_upload", {
    import: options,
    ...{ uploadToken, partTokens },
  });
  await importReaches(backend, importId, ({ state }) => state === "waiting_for_confirmation");
  return importId;
}

export async function confirmImport(backend: Backend, importId: string): Promise<void> {
  await request(backend, "/api/perform_import", { body: JSON.stringify({ importId }) });
}

/** @returns how many documents were written; rejects with the message of a failed import */
export async function importData(
  backend: Backend,
  options: ImportOptions,
  data: Uint8Array<ArrayBuffer>,
): Promise<number> {
  const importId = await stageData(backend, options, data);
  await confirmImport(backend, importId);
  const done = await importReaches(backend, importId, ({ state }) => state === "completed");
  return Number(done.num_rows_written);
}

/** Watches an import until it is where it is wanted; rejects with the message of a failed import. */
export async function importReaches(
  backend: Backend,
  importId: string,
  isReached: (state: ImportState) => boolean,
): Promise<ImportState> {
  // `setAdminAuth` is there, but left out of the published types.
  const client = new ConvexClient(backend.url, { logger: false }) as ConvexClient & {
    setAdminAuth(key: string): void;
  };
  client.setAdminAuth(backend.adminKey);
  const watched = makeFunctionReference<"query", { importId: string }, { state: ImportState }>(
    "_system/cli/queryImport:default",
  );
  try {
    return await new Promise<ImportState>((resolve, reject) => {
      client.onUpdate(
        watched,
        { importId },
        ({ state }) => {
          if (isReached(state)) resolve(state);
          else if (state.state === "failed") reject(new Error(state.error_message));
        },
        reject,
      );
    });
  } finally {
    await client.close();
  }
}

async function post<T>(backend: Backend, step: string, body: object): Promise<T> {
  const response = await request(backend, `/api/import/${step}`, { body: JSON.stringify(body) });
  return (await response.json()) as T;
}

async function request(backend: Backend, path: string, init: RequestInit): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    ...init.headers,
    authorization: `Convex ${backend.adminKey}`,
  };
  const response = await fetch(backend.url + path, { method: "POST", ...init, headers });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response;
}
