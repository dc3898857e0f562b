import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Piece } from "./ledger.ts";
import { Outbox } from "./outbox.ts";
import { recoverAll } from "./recovery.ts";
import { newLecture } from "./lecture.testing.ts";

let outbox: Outbox;
let count = 0;
beforeEach(async () => {
  outbox = await Outbox.open(`recovery ${count++}`);
});
afterEach(() => outbox.close());

const lecture = newLecture();

async function openPiece(index: number, startMs: number, slices: number): Promise<void> {
  const piece: Piece = {
    clientKey: "a",
    index,
    session: 0,
    startMs,
    durationMs: 0,
    overlapMs: 0,
    mimeType: "audio/webm",
    sizeBytes: 0,
    sliceCount: 0,
    status: "filling",
  };
  await outbox.addPiece(piece);
  for (let i = 0; i < slices; i++) {
    await outbox.appendSlice("a", index, new Uint8Array(4_000).buffer);
  }
}

describe("after a page died while it recorded", () => {
  it("ends the open piece where its sound ends", async () => {
    await outbox.addLecture(lecture);
    await openPiece(0, 0, 3);
    await recoverAll(outbox, async () => 2_960);
    const [piece] = (await outbox.ledger("a"))?.pieces ?? [];
    expect(piece).toMatchObject({ status: "waiting", durationMs: 2_960, sizeBytes: 12_000 });
  });

  it("counts the slices when the sound can't be measured", async () => {
    await outbox.addLecture(lecture);
    await openPiece(0, 0, 3);
    await recoverAll(outbox, async () => undefined);
    expect((await outbox.ledger("a"))?.pieces[0]?.durationMs).toBe(3_000);
  });

  it("finds the overlap of a handover that was cut off", async () => {
    await outbox.addLecture(lecture);
    await openPiece(0, 0, 10);
    await openPiece(1, 9_700, 1);
    await recoverAll(outbox, async (bytes) => (bytes.size > 4_000 ? 10_000 : 1_000));
    expect((await outbox.ledger("a"))?.pieces[1]).toMatchObject({
      durationMs: 1_000,
      overlapMs: 300,
    });
  });

  it("drops a piece that never got a byte, and a lecture of which nothing was kept", async () => {
    await outbox.addLecture(lecture);
    await openPiece(0, 0, 0);
    await recoverAll(outbox, async () => undefined);
    expect((await outbox.ledger("a"))?.pieces).toEqual([]);
    expect((await outbox.lecture("a"))?.intake).toBe("discarded");
  });

  it("leaves files alone: their intake goes on by itself", async () => {
    await outbox.addLecture({ ...lecture, source: "file" });
    await recoverAll(outbox, async () => undefined);
    expect((await outbox.lecture("a"))?.intake).toBe("open");
  });
});
