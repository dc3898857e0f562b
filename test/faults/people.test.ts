// People in the middle of a job on the real server: they cancel, delete, press Retry twice, sign out, come all at once.
import { describe, expect, it } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { TestAccount } from "../harness/client.ts";
import { scriptedLecture, spokenSeconds } from "../harness/scriptedLecture.ts";
import { holdAnswers } from "../provider/server.ts";
import { expectAtRest, storedFiles } from "./atRest.ts";
import { openStage } from "./openStage.ts";

const lecture = scriptedLecture({ chunkCount: 6, chunkSeconds: 60 });

const { provider, deployed, account } = await openStage({ latencyMs: 20 });

const heard = () => provider.calls.filter(({ kind }) => kind === "transcription").length;

/** Sends the lecture while no call is answered; how to let the answers go, once all lanes have called. */
async function sendAndHold(by = account) {
  const before = heard();
  const release = holdAnswers(provider);
  const lectureId = await by.sendLecture(lecture.pieces, "A lecture");
  await expect.poll(heard, { timeout: 60_000 }).toBe(before + 4);
  return { lectureId, release };
}

async function answered(): Promise<void> {
  const isAnswered = () => provider.calls.every((call) => call.endedAtMs !== undefined);
  await expect.poll(isAnswered, { timeout: 60_000 }).toBe(true);
}

describe("cancel during the calls", () => {
  it("takes none of their results; the audio stays, and Retry brings the whole lecture", async () => {
    const { lectureId, release } = await sendAndHold();
    await account.http.mutation(api.lectures.cancel, { lectureId });
    release();
    await answered();
    await expectAtRest(deployed);
    const job = await account.http.query(api.jobs.get, { lectureId });
    expect(job).toMatchObject({ status: "canceled", counts: { transcribed: 0 } });
    await account.http.mutation(api.lectures.retry, { lectureId });
    expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
    expect(spokenSeconds(await account.transcript(lectureId))).toEqual(lecture.seconds);
    await expectAtRest(deployed);
  });
});

describe("delete during the calls", () => {
  it("leaves nothing: no row, no file, no work", async () => {
    const filesBefore = await storedFiles(deployed);
    const { lectureId, release } = await sendAndHold();
    expect((await storedFiles(deployed)).length).toBe(filesBefore.length + lecture.pieces.length);
    await account.http.mutation(api.lectures.remove, { lectureId });
    expect(await account.http.query(api.lectures.get, { lectureId })).toBeNull();
    release();
    await answered();
    await expectAtRest(deployed);
    const tables = ["jobs", "audioChunks", "transcriptChunks", "jobEvents", "writingLanes"];
    for (const table of tables) {
      const left = (await deployed.rows(table)).filter((row) => row.lectureId === lectureId);
      expect(left, table).toEqual([]);
    }
    await expect.poll(() => storedFiles(deployed), { timeout: 60_000 }).toEqual(filesBefore);
  });
});

describe("Retry pressed twice at once", () => {
  it("begins one attempt, which hears each failed piece once", async () => {
    provider.script.fault = () => ({ kind: "status", status: 400, message: "Unsupported audio" });
    const lectureId = await account.sendLecture(lecture.pieces, "A lecture");
    expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "failed" });
    provider.script.fault = undefined;
    const before = heard();
    const retry = () => account.http.mutation(api.lectures.retry, { lectureId });
    await Promise.all([retry(), retry()]);
    expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed", attempt: 2 });
    expect(heard() - before).toBe(lecture.pieces.length);
    expect(spokenSeconds(await account.transcript(lectureId))).toEqual(lecture.seconds);
    await expectAtRest(deployed);
  });
});

describe("signing out during the run", () => {
  it("stops nothing", async () => {
    const guest = await TestAccount.create(deployed.url);
    const { lectureId, release } = await sendAndHold(guest);
    await guest.http.action(api.auth.signOut, {});
    release();
    const jobs = async () =>
      (await deployed.rows("jobs")).find((job) => job.lectureId === lectureId)?.status;
    await expect.poll(jobs, { timeout: 60_000 }).toBe("completed");
    await expectAtRest(deployed);
    await guest.close();
  });
});

describe("twenty lectures at once", () => {
  it("all end whole, and never more calls are in flight than the deployment allows", async () => {
    const first = provider.calls.length;
    const people = await Promise.all(
      Array.from({ length: 20 }, () => TestAccount.create(deployed.url)),
    );
    await Promise.all(
      people.map(async (person) => {
        const lectureId = await person.sendLecture(lecture.pieces, "A lecture");
        expect(await person.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
        expect(spokenSeconds(await person.transcript(lectureId))).toEqual(lecture.seconds);
        await person.close();
      }),
    );
    expect(mostAtOnce(first)).toBeLessThanOrEqual(8);
    expect(heardSince(first)).toBe(20 * lecture.pieces.length);
    await expectAtRest(deployed);
  });
});

function heardSince(first: number): number {
  return provider.calls.slice(first).filter(({ kind }) => kind === "transcription").length;
}

/** The most calls that overlapped, of those from the `first` on. */
function mostAtOnce(first: number): number {
  const calls = provider.calls.slice(first);
  const during = (atMs: number) =>
    calls.filter((call) => call.startedAtMs <= atMs && atMs < (call.endedAtMs ?? Infinity)).length;
  return Math.max(...calls.map((call) => during(call.startedAtMs)));
}
