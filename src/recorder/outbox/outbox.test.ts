import "fake-indexeddb/auto";
import { forceCloseDatabase } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LocalLecture } from "./ledger.ts";
import { Outbox } from "./outbox.ts";
import { newLecture } from "./lecture.testing.ts";

let outbox: Outbox;
let name: string;
let count = 0;
beforeEach(async () => {
  name = `outbox ${count++}`;
  outbox = await Outbox.open(name);
});
afterEach(() => outbox.close());

function lecture(clientKey: string, change: Partial<LocalLecture> = {}): LocalLecture {
  return newLecture({ clientKey, ...change });
}

async function addPiece(clientKey: string, index: number, text = "sound"): Promise<void> {
  const bytes = new TextEncoder().encode(text).buffer;
  const piece = { clientKey, index, session: 0, startMs: index, durationMs: 1, overlapMs: 0 };
  await outbox.addWholePiece({ ...piece, mimeType: "audio/webm" }, bytes);
}

describe("bytes", () => {
  it("come back in the order in which they came, also past ten slices", async () => {
    await outbox.addLecture(lecture("a"));
    await outbox.addPiece({
      ...{ clientKey: "a", index: 0, session: 0, startMs: 0, durationMs: 0, overlapMs: 0 },
      ...{ mimeType: "audio/webm", sizeBytes: 0, sliceCount: 0, status: "filling" },
    });
    for (let i = 0; i < 12; i++) {
      await outbox.appendSlice("a", 0, new TextEncoder().encode(`${i},`).buffer);
    }
    const bytes = await outbox.bytes("a", 0, "audio/webm");
    expect(await bytes.text()).toBe("0,1,2,3,4,5,6,7,8,9,10,11,");
    expect(bytes.type).toBe("audio/webm");
  });

  it("of lectures whose keys begin alike are kept apart", async () => {
    await outbox.addLecture(lecture("a"));
    await outbox.addLecture(lecture("ab"));
    await addPiece("a", 0);
    await addPiece("ab", 0);
    await outbox.forget("a");
    expect(await outbox.ledger("a")).toBeUndefined();
    expect((await outbox.ledger("ab"))?.pieces).toHaveLength(1);
    expect(await (await outbox.bytes("ab", 0, "")).text()).toBe("sound");
  });

  it("go when the server has them, but the ledger keeps its line", async () => {
    await outbox.addLecture(lecture("a"));
    await addPiece("a", 0);
    await outbox.confirmPiece("a", 0);
    expect((await outbox.bytes("a", 0, "")).size).toBe(0);
    expect((await outbox.piece("a", 0))?.status).toBe("confirmed");
  });
});

describe("throwing away", () => {
  it("takes the bytes of a new lecture and remembers that the server must hear of it", async () => {
    await outbox.addLecture(lecture("a", { lectureId: "l" }));
    await addPiece("a", 0);
    await outbox.discard("a");
    const ledger = await outbox.ledger("a");
    expect(ledger?.lecture.intake).toBe("discarded");
    expect(ledger?.pieces).toEqual([]);
  });

  it("leaves a continued lecture what the server has, and what must not be missing before it", async () => {
    await outbox.addLecture(lecture("a", { lectureId: "l", firstIndex: 3 }));
    for (const index of [3, 4, 5]) await addPiece("a", index);
    await outbox.confirmPiece("a", 4);
    await outbox.discard("a");
    const ledger = await outbox.ledger("a");
    expect(ledger?.lecture.intake).toBe("complete");
    expect(ledger?.pieces.map((piece) => [piece.index, piece.status])).toEqual([
      [3, "waiting"],
      [4, "confirmed"],
    ]);
  });
});

describe("marks", () => {
  it("that were renamed while they were sent are sent again", async () => {
    const mark = { clientKey: "a", markKey: "m", atMs: 1, status: "waiting" as const };
    await outbox.addLecture(lecture("a"));
    await outbox.putMark(mark);
    await outbox.putMark({ ...mark, note: "exam" });
    await outbox.settleMark(mark);
    expect((await outbox.ledger("a"))?.marks[0]?.status).toBe("waiting");
    await outbox.settleMark({ ...mark, note: "exam" });
    expect((await outbox.ledger("a"))?.marks[0]?.status).toBe("confirmed");
  });
});

describe("other tabs", () => {
  it("hear of every change", async () => {
    const other = await Outbox.open(name);
    const heard = new Promise<void>((resolve) => other.subscribe(resolve));
    await outbox.addLecture(lecture("a"));
    await heard;
    expect(await other.lecture("a")).toBeDefined();
    await other.close();
  });
});

describe("a connection that the browser closes", () => {
  // What a phone does to a page in the background; the second kind, without telling it.
  it.each<[string, (database: IDBDatabase) => void]>([
    // The library's types want the class where it takes the object.
    ["with an event", (database) => forceCloseDatabase(database as never)],
    ["without one", (database) => database.close()],
  ])("%s is opened again, and what is recorded meanwhile is kept", async (_, closeIt) => {
    const asked = vi.spyOn(indexedDB, "open");
    const recording = await Outbox.open(`${name} closed`);
    const connection = (asked.mock.results[0]?.value as IDBOpenDBRequest).result;
    asked.mockRestore();
    await recording.addLecture(lecture("a"));
    await recording.addPiece({
      ...{ clientKey: "a", index: 0, session: 0, startMs: 0, durationMs: 0, overlapMs: 0 },
      ...{ mimeType: "audio/webm", sizeBytes: 0, sliceCount: 0, status: "filling" },
    });
    closeIt(connection);
    const both = ["one,", "two,"].map((text) => new TextEncoder().encode(text).buffer);
    for (const bytes of both) await recording.appendSlice("a", 0, bytes);
    expect(await (await recording.bytes("a", 0, "audio/webm")).text()).toBe("one,two,");
    await recording.close();
  });
});
