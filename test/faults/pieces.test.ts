// Pieces as devices really send them to the real server: twice, out of order, with a gap, other bytes under the same
// index, late; and a file that is gone from the disk when its turn comes.
import { readFile, rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel.js";
import { scriptedLecture, spokenSeconds } from "../harness/scriptedLecture.ts";
import { holdAnswers } from "../provider/server.ts";
import { expectAtRest, storedFiles } from "./atRest.ts";
import { openStage } from "./openStage.ts";

const lecture = scriptedLecture({ chunkCount: 6, chunkSeconds: 60 });
const other = scriptedLecture({ chunkCount: 1, chunkSeconds: 60, firstSecond: 30_000 });
const LENGTH_MS = 6 * 60_000;

const { provider, deployed, account } = await openStage({ latencyMs: 20 });

async function send(lectureId: Id<"lectures">, index: number, { pieces } = lecture) {
  const piece = pieces[pieces.length === 1 ? 0 : index];
  if (!piece) throw new Error(`The lecture has no piece ${index}.`);
  return await account.sendPiece(lectureId, index, piece);
}

async function expectWhole(lectureId: Id<"lectures">): Promise<void> {
  expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
  expect(spokenSeconds(await account.transcript(lectureId))).toEqual(lecture.seconds);
  await expectAtRest(deployed);
}

describe("pieces that are sent twice, out of order and with a gap", () => {
  it("make one transcript in order; what is missing is said; other bytes are refused", async () => {
    const lectureId = await account.createLecture();
    const filesBefore = (await storedFiles(deployed)).length;
    for (const index of [4, 1, 5]) expect(await send(lectureId, index)).toBe("stored");
    expect(await send(lectureId, 1)).toBe("already_stored");
    await expect(send(lectureId, 1, other)).rejects.toThrow("conflict_chunk");
    await expect(account.finish(lectureId, 6, LENGTH_MS)).rejects.toThrow(
      "conflict_missing_chunks",
    );
    expect(await account.http.query(api.uploads.missing, { lectureId, fromIndex: 0 })).toEqual([
      ...[0, 2, 3],
    ]);
    for (const index of [3, 2, 0]) await send(lectureId, index);
    await account.finish(lectureId, 6, LENGTH_MS);
    await account.finish(lectureId, 6, LENGTH_MS);
    await expectWhole(lectureId);
    // The refused file stays until nobody can still register it; the doubled one went at once.
    const files = async () => (await storedFiles(deployed)).length - filesBefore;
    await expect.poll(files, { timeout: 60_000 }).toBe(lecture.pieces.length + 1);
  });

  it("at the same moment are stored once", async () => {
    const lectureId = await account.createLecture();
    const answers = await Promise.all([0, 1, 0, 1, 0].map((index) => send(lectureId, index)));
    expect(answers.filter((answer) => answer === "stored")).toHaveLength(2);
    for (const index of [2, 3, 4, 5]) await send(lectureId, index);
    await account.finish(lectureId, 6, LENGTH_MS);
    await expectWhole(lectureId);
  });
});

describe("a piece that comes after the lecture was finished", () => {
  it("opens it again and is put where it belongs", async () => {
    const lectureId = await account.createLecture();
    for (const index of [0, 1, 2, 4, 5]) await send(lectureId, index);
    await account.finish(lectureId, 5, LENGTH_MS);
    expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
    const lacking = await account.http.query(api.lectures.get, { lectureId });
    expect(lacking?.warning).toContain("3:00 to 4:00");
    await send(lectureId, 3);
    await account.finish(lectureId, 6, LENGTH_MS);
    await expectWhole(lectureId);
    const mended = await account.http.query(api.lectures.get, { lectureId });
    expect(mended?.warning).toBeUndefined();
  });
});

describe("a piece whose file is gone from the disk", () => {
  it("costs its own minutes, and the notes say which and why", async () => {
    const release = holdAnswers(provider);
    const lectureId = await account.createLecture();
    for (let index = 0; index < 6; index += 1) await send(lectureId, index);
    // All lanes are busy with other pieces.
    await removeFileOf(5);
    await account.finish(lectureId, 6, LENGTH_MS);
    release();
    expect(await account.waitForEnd(lectureId)).toMatchObject({
      status: "completed",
      counts: { transcribed: 5, failed: 1 },
    });
    const lacking = await account.http.query(api.lectures.get, { lectureId });
    expect(lacking?.warning).toMatch(/5:00 to 6:00\. The audio of this part is missing/);
    await expectAtRest(deployed);
  });
});

async function removeFileOf(index: number): Promise<void> {
  const bytes = lecture.pieces[index]?.bytes;
  if (!bytes) throw new Error(`The lecture has no piece ${index}.`);
  for (const path of await storedFiles(deployed)) {
    if (bytes.length > 0 && Buffer.compare(await readFile(path), bytes) === 0) await rm(path);
  }
}
