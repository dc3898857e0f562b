// The data folder is safe to keep data in: one process, a private key, backups while it runs, a full disk.
import { spawn, type ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { DataFolderInUseError, ListenError, startServer } from "./index.ts";
import { startTestServer, until, type TestServer } from "./testing/testServer.ts";
import { sendUntilFull } from "./testing/sendUntilFull.ts";

// Processes start and clients wait before they try again: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 120_000 });

const CLI = fileURLToPath(new URL("./cli.ts", import.meta.url));

const send = makeFunctionReference<"mutation", { body: string }>("messages:send");
const list = makeFunctionReference<"query", Record<string, never>, string[]>("messages:list");

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Runs `npm run embedded` with these arguments until it has said this, or ended. */
async function runCli(
  args: string[],
  until: RegExp = /$^/,
): Promise<{ child: ChildProcess; output: string; code: number | null }> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const said = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text: Buffer) => {
        output += text.toString();
        if (until.test(output)) resolve();
      });
    }
  });
  await Promise.race([said, once(child, "close")]);
  return { child, output, code: child.exitCode };
}

function filesIn(dataDir: string): string[] {
  return readdirSync(join(dataDir, "files"), { recursive: true })
    .map(String)
    .filter((path) => /[0-9a-f]{8}-/.test(path));
}

describe("a data folder in use", () => {
  it("is refused to a second server of the same process", async () => {
    const second = startServer({ dataDir: server.dataDir, port: 0, sitePort: 0 });
    await expect(second).rejects.toThrow(DataFolderInUseError);
    await expect(second).rejects.toThrow(
      `is in use by process ${String(process.pid)} at ${server.url}. Stop that server first`,
    );
  });

  it("is refused to another process, which says so and leaves", async () => {
    const { output, code } = await runCli(["--data", server.dataDir, "--port", "0"]);
    expect(code).toBe(1);
    expect(output).toContain(`The data folder ${server.dataDir} is in use by process`);
    expect(output).not.toContain("    at ");
    // The first one did not notice.
    expect((await fetch(`${server.url}/version`)).status).toBe(200);
  });

  it("is free again when its server was killed", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "embedded-killed-"));
    const args = ["--data", dataDir, "--port", "0", "--site-port", "0"];
    const first = await runCli(args, /backend at/);
    first.child.kill("SIGKILL");
    await once(first.child, "close");
    const second = await runCli(args, /backend at/);
    expect(second.output).toContain("Convex-compatible backend at http://127.0.0.1:");
    second.child.kill("SIGTERM");
    await once(second.child, "close");
    expect(second.child.exitCode).toBe(0);
    rmSync(dataDir, { recursive: true });
  });
});

describe("the admin key", () => {
  it("is made once, readable by the owner only", async () => {
    const path = join(server.dataDir, "admin-key");
    expect(readFileSync(path, "utf8").trim()).toBe(server.adminKey);
    expect(server.adminKey).toMatch(/^embedded\|[0-9a-f]{64}$/);
    if (process.platform !== "win32") {
      expect(statSync(path).mode & 0o077).toBe(0);
    }
    const before = server.adminKey;
    await server.restart();
    expect(server.adminKey).toBe(before);
  });
});

describe("a port", () => {
  it("that is in use is named, with what to do", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "embedded-port-"));
    const port = Number(new URL(server.url).port);
    const starting = startServer({ dataDir, port, sitePort: 0, logLevel: "silent" });
    await expect(starting).rejects.toThrow(ListenError);
    await expect(starting).rejects.toThrow(`Port ${String(port)} on 127.0.0.1 is in use`);
    // Nothing is left running: the folder is free.
    await using again = await startTestServer({ dataDir, push: false });
    expect(again.url).toContain("http://127.0.0.1:");
  });
});

describe("a damaged database", () => {
  it("is named, with what to do, and nothing is left running", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "embedded-damaged-"));
    const path = join(dataDir, "data.sqlite3");
    writeFileSync(path, "this is not a database ".repeat(1000));
    const { output, code } = await runCli(["--data", dataDir, "--port", "0", "--site-port", "0"]);
    expect(code).toBe(1);
    expect(output).toContain("The database file is damaged or is not a database");
    expect(output).toContain("Restore it from a backup.");
    expect(output).not.toContain("    at ");
    rmSync(path);
    await using mended = await startTestServer({ dataDir, push: false });
    expect((await fetch(`${mended.url}/version`)).status).toBe(200);
  });
});

describe("a backup of a running server", () => {
  it("is a whole data folder as of one moment, from which a server starts", async () => {
    const client = new ConvexHttpClient(server.url);
    const uploadUrl = makeFunctionReference<"mutation", Record<string, never>, string>(
      "files:uploadUrl",
    );
    const urlOf = makeFunctionReference<"query", { storageId: string }, string>("files:url");
    const uploaded = await fetch(await client.mutation(uploadUrl, {}), {
      ...{ method: "POST", body: "kept bytes" },
    });
    const { storageId } = (await uploaded.json()) as { storageId: string };
    // Writing goes on all the time.
    let isWriting = true;
    let written = 0;
    const writing = (async () => {
      while (isWriting) {
        await client.mutation(send, { body: `message ${String(written)}` });
        written += 1;
      }
    })();
    await until(() => written > 20);
    const atStart = written;
    const target = `${server.dataDir}-backup`;
    await server.backup(target);
    isWriting = false;
    await writing;
    await expect(server.backup(target)).rejects.toThrow("exists already");

    await using restored = await startTestServer({ dataDir: target, push: false });
    expect(restored.adminKey).toBe(server.adminKey);
    const restoredClient = new ConvexHttpClient(restored.url);
    const bodies = await restoredClient.query(list, {});
    expect(bodies.length).toBeGreaterThanOrEqual(atStart);
    expect(bodies.length).toBeLessThanOrEqual(written);
    expect(bodies).toEqual(bodies.map((_, i) => `message ${String(i)}`));
    const url = await restoredClient.query(urlOf, { storageId });
    expect(await (await fetch(url)).text()).toBe("kept bytes");
    await restoredClient.mutation(send, { body: "goes on" });
    // The original is not touched by what happens to its copy.
    expect(await client.query(list, {})).not.toContain("goes on");
  });

  it("has the bytes of every file that its database names, while files come and go", async () => {
    const client = new ConvexHttpClient(server.url);
    type ById = { storageId: string };
    const uploadUrl = makeFunctionReference<"mutation", Record<string, never>, string>(
      "files:uploadUrl",
    );
    const remove = makeFunctionReference<"mutation", ById>("files:remove");
    let isBusy = true;
    let deleted = 0;
    const churn = async (): Promise<void> => {
      const kept: string[] = [];
      while (isBusy) {
        const url = await client.mutation(uploadUrl, {});
        const response = await fetch(url, { method: "POST", body: "x".repeat(50_000) });
        kept.push(((await response.json()) as ById).storageId);
        const [oldest] = kept.length > 5 ? kept.splice(0, 1) : [];
        if (oldest === undefined) continue;
        await client.mutation(remove, { storageId: oldest });
        deleted += 1;
      }
    };
    const churning = Promise.all([churn(), churn(), churn()]);
    await until(() => deleted > 10);
    for (let copy = 0; copy < 2; copy++) {
      const before = deleted;
      const target = `${server.dataDir}-churning-${String(copy)}`;
      await server.backup(target);
      await until(() => deleted > before);
      await using restored = await startTestServer({ dataDir: target, push: false });
      const addresses = makeFunctionReference<"query", Record<string, never>, string[]>(
        "files:addresses",
      );
      const urls = await new ConvexHttpClient(restored.url).query(addresses, {});
      expect(urls.length).toBeGreaterThan(0);
      const statuses = await Promise.all(urls.map(async (url) => (await fetch(url)).status));
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(filesIn(target)).toHaveLength(urls.length);
    }
    isBusy = false;
    await churning;
    // Afterwards the bytes of what was deleted meanwhile go, too.
    await until(async () => {
      const listed = await client.query(
        makeFunctionReference<"query", Record<string, never>, string[]>("files:addresses"),
        {},
      );
      return filesIn(server.dataDir).length === listed.length;
    });
  });

  it("can be made from the command line, of a folder in use", async () => {
    const target = `${server.dataDir}-by-cli`;
    const { output, code } = await runCli(["backup", target, "--data", server.dataDir]);
    expect(output).toContain(target);
    expect(code).toBe(0);
    await using restored = await startTestServer({ dataDir: target, push: false });
    const bodies = await new ConvexHttpClient(restored.url).query(list, {});
    expect(bodies).toEqual(await new ConvexHttpClient(server.url).query(list, {}));
  });
});

describe("a full disk", () => {
  it("fails mutations in words, keeps queries going, and harms nothing", async () => {
    await using full = await startTestServer({ limits: { databaseBytes: 3_000_000 } });
    const client = new ConvexHttpClient(full.url);
    const watching = new ConvexClient(full.url);
    let seen: string[] = [];
    watching.onUpdate(list, {}, (bodies) => {
      seen = bodies;
    });
    const { acknowledged, failure } = await sendUntilFull(client, 20_000);
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(String(failure)).toContain(
      "is full: nothing was written. Free some space and try again.",
    );
    // Again and again, on the socket, too.
    const large = { body: "y".repeat(100_000) };
    await expect(watching.mutation(send, large)).rejects.toThrow("is full");
    await expect(client.mutation(send, large)).rejects.toThrow("is full");
    expect(await client.query(list, {})).toEqual(acknowledged);
    await until(() => seen.length === acknowledged.length);
    await watching.close();

    // With room again everything is there and goes on.
    await full.restart({ limits: {} });
    const after = new ConvexHttpClient(full.url);
    await after.mutation(send, { body: "room again" });
    expect(await after.query(list, {})).toEqual([...acknowledged, "room again"]);
  });
});

describe("a server that stops", () => {
  it("answers those who wait for logs instead of cutting them off", async () => {
    await using stopping = await startTestServer();
    const headers = { authorization: `Convex ${stopping.adminKey}` };
    const logs = (cursor: number): Promise<Response> =>
      fetch(`${stopping.url}/api/stream_function_logs?cursor=${String(cursor)}`, { headers });
    const { newCursor } = (await (await logs(0)).json()) as { newCursor: number };
    const waiting = logs(newCursor + 60_000);
    // The request has arrived when one that was sent after it has been answered.
    await fetch(`${stopping.url}/version`);
    const [response] = await Promise.all([waiting, stopping.close()]);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ entries: [] });
  });
});

describe("the command line", () => {
  it("explains itself", async () => {
    const { output, code } = await runCli(["--help"]);
    expect(code).toBe(0);
    for (const option of [
      "--port",
      "--site-port",
      "--data",
      "--host",
      "--admin-key",
      "--log-level",
    ]) {
      expect(output).toContain(option);
    }
  });

  it.each([
    [["--port", "many"], "--port must be a whole number from 0 to 65535"],
    [["--log-level", "loud"], "--log-level must be one of silent, error, info, debug"],
    [["--nonsense"], "--nonsense"],
    [["dance"], "dance"],
  ])("says what is wrong with %j", async (args, text) => {
    const { output, code } = await runCli(args);
    expect(code).toBe(2);
    expect(output).toContain(text);
    expect(output).not.toContain("    at ");
  });

  it("stops on SIGTERM and takes the admin key that it is given", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "embedded-cli-"));
    const args = [
      "--data",
      dataDir,
      "--port",
      "0",
      "--site-port",
      "0",
      "--admin-key",
      "chosen|1234",
    ];
    const { child, output } = await runCli(args, /backend at/);
    const url = /backend at (\S+),/.exec(output)?.[1] ?? "";
    const headers = { authorization: "Convex chosen|1234" };
    expect((await fetch(`${url}/api/check_admin_key`, { headers })).status).toBe(200);
    expect(output).not.toContain("1234 ");
    child.kill("SIGTERM");
    await once(child, "close");
    expect(child.exitCode).toBe(0);
    expect(existsSync(join(dataDir, "server.json"))).toBe(false);
    rmSync(dataDir, { recursive: true });
  });
});
