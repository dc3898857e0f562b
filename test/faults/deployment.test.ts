// What can happen to the deployment under a running job: new functions are pushed, the disk fills up. The lecture ends whole.
import { cp, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { pushProject } from "../../embedded/deploy/pushProject.ts";
import {
  startServer,
  type RunningServer,
  type ServerOptions,
} from "../../embedded/server/index.ts";
import { Deployment } from "../../scripts/deployment.ts";
import { newSigningKeys } from "../../scripts/environment.ts";
import { TestAccount } from "../harness/client.ts";
import { scriptedLecture, spokenSeconds } from "../harness/scriptedLecture.ts";
import { providerSettings } from "../harness/world.ts";
import { startProvider, type Provider } from "../provider/server.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const lecture = scriptedLecture({ chunkCount: 16, chunkSeconds: 75 });

let folder: string;
let provider: Provider;
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-deployment-"));
  provider = await startProvider({ latencyMs: 100 });
  server = await start({});
  const deployment = new Deployment(server.url, server.adminKey);
  const settings = Object.entries({ ...providerSettings(provider), SITE_URL: server.url });
  await deployment.setEnvironment([
    ...settings.map(([name, value]) => ({ name, value })),
    ...(await newSigningKeys()),
  ]);
  await pushProject({ ...server, projectDir: REPOSITORY });
});

afterAll(async () => {
  await server.close();
  await provider.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(limits: NonNullable<ServerOptions["limits"]>, port = 0) {
  const options = { siteRoutesOnMainPort: true, logLevel: "silent" } as const;
  return await startServer({ ...options, dataDir: join(folder, "data"), port, limits });
}

async function restart(limits: NonNullable<ServerOptions["limits"]>): Promise<void> {
  await server.close();
  server = await start(limits, Number(new URL(server.url).port));
}

describe("functions that are pushed anew while a job runs", () => {
  it("cost nothing: calls that were under way save their results, and the rest goes on", async () => {
    const next = await changedProject();
    const account = await TestAccount.create(server.url);
    const release = holdAnswers();
    const lectureId = await account.sendLecture(lecture.pieces, "A lecture");
    await untilCalled(4);
    expect(await pushProject({ ...server, projectDir: next })).toMatchObject({ pushed: true });
    release();
    await account.waitForJob(lectureId, (job) => job.counts.transcribed >= 6);
    await pushProject({ ...server, projectDir: REPOSITORY });

    expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
    expect(spokenSeconds(await account.transcript(lectureId))).toEqual(lecture.seconds);
    expect(await account.http.query(api.notes.get, { lectureId })).not.toBeNull();
    await account.close();
  });
});

describe("a disk that is full while a job runs", () => {
  it("is said to whoever sends, keeps what is there readable, and costs nothing once there is room", async () => {
    const account = await TestAccount.create(server.url);
    const release = holdAnswers();
    const lectureId = await account.sendLecture(lecture.pieces, "A lecture");
    const { size } = await stat(join(folder, "data", "data.sqlite3"));
    provider.calls.length = 0;
    await restart({ databaseBytes: size + 200_000 });
    await untilCalled(4);
    await expect(fillUp(account)).rejects.toThrow("is full: nothing was written. Free some space");

    release();
    await untilSaveFailed();
    const full = await account.http.query(api.jobs.get, { lectureId });
    expect(full?.counts.transcribed).toBeLessThan(4);

    await restart({});
    expect(await account.waitForEnd(lectureId)).toMatchObject({
      status: "completed",
      counts: { transcribed: 16, failed: 0 },
    });
    expect(spokenSeconds(await account.transcript(lectureId))).toEqual(lecture.seconds);
    await account.close();
  });
});

/** The app as its next version: every module of the pipeline differs, and none of its functions does. */
async function changedProject(): Promise<string> {
  const dir = join(folder, "next");
  for (const part of ["convex", "domain", "package.json"]) {
    await cp(join(REPOSITORY, part), join(dir, part), { recursive: true });
  }
  await symlink(join(REPOSITORY, "node_modules"), join(dir, "node_modules"), "junction");
  for (const name of ["transcribe", "write", "watch", "dispatch", "claimChunk", "claimWriting"]) {
    const file = join(dir, "convex/pipeline", `${name}.ts`);
    await writeFile(file, `${await readFile(file, "utf8")}\nexport const version = 2;\n`);
  }
  return dir;
}

/** Writes until nothing more fits. */
async function fillUp(account: TestAccount): Promise<void> {
  const title = "x".repeat(200);
  for (let count = 0; count < 1000; count += 1) await account.createLecture({ title });
}

/** Calls wait until the returned function is called. */
function holdAnswers(): () => void {
  let release = () => {};
  provider.script.hold = new Promise<void>((resolve) => (release = resolve));
  return () => {
    provider.script.hold = undefined;
    release();
  };
}

async function untilCalled(count: number): Promise<void> {
  await expect.poll(() => provider.calls.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
}

/** Until the server's log has a piece whose text found no room. */
async function untilSaveFailed(): Promise<void> {
  const headers = { authorization: `Convex ${server.adminKey}` };
  const log = async () => {
    const response = await fetch(`${server.url}/api/stream_function_logs?cursor=0`, { headers });
    return await response.text();
  };
  const failed = /"identifier":"pipeline\/transcribe\.js:[^}]*is full: nothing was written/;
  await expect.poll(log, { timeout: 60_000 }).toMatch(failed);
}
