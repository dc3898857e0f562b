// What can happen to the deployment under a running job: new functions are pushed, the disk fills up. The lecture ends whole.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { TestAccount } from "../harness/client.ts";
import { Deployed, REPOSITORY } from "../harness/deployed.ts";
import { scriptedLecture, spokenSeconds } from "../harness/scriptedLecture.ts";
import { holdAnswers, startProvider, type Provider } from "../provider/server.ts";

const lecture = scriptedLecture({ chunkCount: 16, chunkSeconds: 75 });

let provider: Provider;
let deployed: Deployed;

beforeAll(async () => {
  provider = await startProvider({ latencyMs: 100 });
  deployed = await Deployed.start(provider);
});

afterAll(async () => {
  await deployed.close();
  await provider.close();
});

describe("functions that are pushed anew while a job runs", () => {
  it("cost nothing: calls that were under way save their results, and the rest goes on", async () => {
    const account = await TestAccount.create(deployed.url);
    const release = holdAnswers(provider);
    const lectureId = await account.sendLecture(lecture.pieces, "A lecture");
    await untilCalled(4);
    expect(await pushNextVersion()).toMatchObject({ pushed: true });
    release();
    await account.waitForJob(lectureId, (job) => job.counts.transcribed >= 6);
    await deployed.push(REPOSITORY);

    expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
    expect(spokenSeconds(await account.transcript(lectureId))).toEqual(lecture.seconds);
    expect(await account.http.query(api.notes.get, { lectureId })).not.toBeNull();
    await account.close();
  });
});

describe("a disk that is full while a job runs", () => {
  it("is said to whoever sends, keeps what is there readable, and costs nothing once there is room", async () => {
    const account = await TestAccount.create(deployed.url);
    const release = holdAnswers(provider);
    const lectureId = await account.sendLecture(lecture.pieces, "A lecture");
    const { size } = await stat(join(deployed.dataDir, "data.sqlite3"));
    provider.calls.length = 0;
    await deployed.restart({ databaseBytes: size + 200_000 });
    await untilCalled(4);
    await expect(fillUp(account)).rejects.toThrow("is full: nothing was written. Free some space");

    release();
    await untilSaveFailed();
    const full = await account.http.query(api.jobs.get, { lectureId });
    expect(full?.counts.transcribed).toBeLessThan(4);

    await deployed.restart();
    expect(await account.waitForEnd(lectureId)).toMatchObject({
      status: "completed",
      counts: { transcribed: 16, failed: 0 },
    });
    expect(spokenSeconds(await account.transcript(lectureId))).toEqual(lecture.seconds);
    await account.close();
  });
});

/** The app as its next version: every module of the pipeline differs, and none of its functions does. */
async function pushNextVersion() {
  const names = ["transcribe", "write", "watch", "dispatch", "claimChunk", "claimWriting"];
  const next = (text: string) => `${text}\nexport const version = 2;\n`;
  return await deployed.pushChanged(Object.fromEntries(names.map((name) => [`${name}.ts`, next])));
}

/** Writes until nothing more fits. */
async function fillUp(account: TestAccount): Promise<void> {
  const title = "x".repeat(200);
  for (let count = 0; count < 1000; count += 1) await account.createLecture({ title });
}

async function untilCalled(count: number): Promise<void> {
  await expect.poll(() => provider.calls.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
}

/** Until the server's log has a piece whose text found no room. */
async function untilSaveFailed(): Promise<void> {
  const failures = async () =>
    (await deployed.functionLog(0))
      .filter(({ identifier }) => identifier.startsWith("pipeline/transcribe.js:"))
      .map(({ error }) => error)
      .join("\n");
  await expect.poll(failures, { timeout: 60_000 }).toContain("is full: nothing was written");
}
