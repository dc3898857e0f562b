// A disk that is really full: the data folder lies on a small file system of its own, which Linux makes for one process
// and everybody may ask for. Where that is not to be had, dataFolder.test.ts has a database that may not grow.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { pushProject } from "../deploy/pushProject.ts";
import { sendUntilFull } from "./testing/sendUntilFull.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const CLI = fileURLToPath(new URL("./cli.ts", import.meta.url));
const APP_DIR = fileURLToPath(new URL("./fixtures/app", import.meta.url));
const DISK = "24m";
const BALLAST_MB = 8;
const ADMIN_KEY = "embedded|full-disk";

const ownFileSystem = ["--user", "--map-root-user", "--mount"];
const isAvailable =
  process.platform === "linux" && spawnSync("unshare", [...ownFileSystem, "true"]).status === 0;

const send = makeFunctionReference<"mutation", { body: string }>("messages:send");
const list = makeFunctionReference<"query", Record<string, never>, string[]>("messages:list");
const uploadUrl = makeFunctionReference<"mutation", Record<string, never>, string>(
  "files:uploadUrl",
);

describe.runIf(isAvailable)("a full disk", () => {
  let dir = "";
  let child: ChildProcess;
  let client: ConvexHttpClient;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "embedded-full-disk-"));
    const script = `mount -t tmpfs -o size=${DISK} tmpfs "$0" && head -c ${String(BALLAST_MB)}M /dev/zero > "$0/ballast" && exec "$@"`;
    const server = [CLI, "--data", join(dir, "data"), "--port", "0", "--site-port", "0"];
    child = spawn(
      "unshare",
      [
        ...[...ownFileSystem, "sh", "-c", script, dir],
        ...[process.execPath, ...server, "--admin-key", ADMIN_KEY],
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let output = "";
    child.stdout?.on("data", (text: Buffer) => {
      output += text.toString();
    });
    await vi.waitFor(() => expect(output).toContain("backend at"), 50_000);
    const url = /backend at (\S+),/.exec(output)?.[1] ?? "";
    const variables = { name: "TEST_JWKS", value: 'data:application/json,{"keys":[]}' };
    await fetch(`${url}/api/update_environment_variables`, {
      method: "POST",
      headers: { authorization: `Convex ${ADMIN_KEY}` },
      body: JSON.stringify({ changes: [variables] }),
    });
    await pushProject({ url, adminKey: ADMIN_KEY, projectDir: APP_DIR });
    client = new ConvexHttpClient(url, { logger: false });
  });
  afterAll(async () => {
    if (child.exitCode === null) {
      child.kill("SIGKILL");
      await once(child, "close");
    }
    rmSync(dir, { recursive: true, force: true });
  });

  it("refuses what does not fit, loses nothing, serves on, and goes on when there is room", async () => {
    const before = await client.mutation(uploadUrl, {});
    const { acknowledged, failure } = await sendUntilFull(client, 50_000);
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(String(failure)).toContain("is full: nothing was written. Free some space");
    expect(await client.query(list, {})).toEqual(acknowledged);

    const upload = await fetch(before, { method: "POST", body: new Uint8Array(BALLAST_MB << 20) });
    expect(upload.status).toBe(507);
    expect(((await upload.json()) as { code: string }).code).toBe("DiskFull");
    await expect(client.mutation(send, { body: "y".repeat(50_000) })).rejects.toThrow("is full");

    unlinkSync(`/proc/${String(child.pid)}/root${dir}/ballast`);
    await client.mutation(send, { body: "room again" });
    expect(await client.query(list, {})).toEqual([...acknowledged, "room again"]);
    // The address of the upload that failed still holds.
    expect((await fetch(before, { method: "POST", body: "small" })).status).toBe(200);
    child.kill("SIGTERM");
    await once(child, "close");
    expect(child.exitCode).toBe(0);
  });
});
