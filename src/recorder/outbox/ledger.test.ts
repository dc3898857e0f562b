import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  openTasks,
  totals,
  type LectureLedger,
  type LocalLecture,
  type Piece,
  type PieceStatus,
} from "./ledger.ts";
import { newLecture } from "./lecture.testing.ts";

const lecture = newLecture();

function piece(index: number, status: PieceStatus, sizeBytes = 1_000): Piece {
  return {
    clientKey: "a",
    index,
    session: 0,
    startMs: index * 45_000,
    durationMs: 45_300,
    overlapMs: index === 0 ? 0 : 300,
    mimeType: "audio/webm",
    sizeBytes,
    sliceCount: 1,
    status,
  };
}

function ledger(change: Partial<LocalLecture>, ...pieces: Piece[]): LectureLedger {
  return { lecture: { ...lecture, ...change }, pieces, textChunks: [], marks: [] };
}

const kinds = (of: LectureLedger) =>
  openTasks(of).map((task) => ("index" in task ? `${task.kind} ${task.index}` : task.kind));

describe("what is sent next", () => {
  it.each<[string, LectureLedger, string[]]>([
    ["nothing recorded yet", ledger({}, piece(0, "filling", 0)), []],
    ["the first second is kept: the lecture appears", ledger({}, piece(0, "filling")), ["create"]],
    ["the first piece is still filling", ledger({ lectureId: "l" }, piece(0, "filling")), []],
    [
      "whole pieces, in order, uploaded ones only registered",
      ledger({ lectureId: "l" }, piece(2, "waiting"), piece(0, "confirmed"), piece(1, "uploaded")),
      ["register 1", "upload 2"],
    ],
    [
      "complete, but a piece is not sent",
      ledger({ lectureId: "l", intake: "complete" }, piece(0, "waiting")),
      ["upload 0"],
    ],
    [
      "complete and all sent",
      ledger({ lectureId: "l", intake: "complete" }, piece(0, "confirmed")),
      ["finish"],
    ],
    [
      "complete, but a dead page left a piece open",
      ledger({ lectureId: "l", intake: "complete" }, piece(0, "filling")),
      [],
    ],
    [
      "a problem that a person has to decide",
      ledger({ lectureId: "l", problem: { code: "x", message: "x" } }, piece(0, "waiting")),
      [],
    ],
    ["thrown away before the server knew", ledger({ intake: "discarded" }), ["forget"]],
    [
      "thrown away when the server may know",
      ledger({ intake: "discarded", createTried: true }),
      ["create"],
    ],
    ["thrown away", ledger({ intake: "discarded", lectureId: "l" }), ["remove"]],
    ["ended without a sound", ledger({ intake: "complete" }), ["forget"]],
    [
      "a continued lecture to which nothing was added: it keeps what it had",
      ledger({ intake: "complete", lectureId: "l", firstIndex: 7 }),
      ["finish"],
    ],
  ])("%s", (_, of, expected) => {
    expect(kinds(of)).toEqual(expected);
  });

  it("ends every lecture, whatever the order in which its tasks succeed", () => {
    const statuses = fc.constantFrom<PieceStatus>("waiting", "uploaded", "confirmed");
    fc.assert(
      fc.property(fc.array(statuses, { minLength: 1, maxLength: 12 }), fc.nat(), (all, seed) => {
        const state = ledger(
          { lectureId: "l", intake: "complete", detailsChanged: true },
          ...all.map((status, index) => piece(index, status)),
        );
        for (let step = seed; ; step = step * 31 + 7) {
          const tasks = openTasks(state);
          const task = tasks[Math.abs(step) % tasks.length];
          if (!task) throw new Error("Nothing to do, and not finished.");
          if (task.kind === "finish") return tasks.length === 1;
          if (task.kind === "details") state.lecture.detailsChanged = false;
          const done = "index" in task ? state.pieces[task.index] : undefined;
          if (done) done.status = done.status === "waiting" ? "uploaded" : "confirmed";
        }
      }),
    );
  });
});

describe("where a lecture ends", () => {
  it("is the end of its last piece, on its clock", () => {
    expect(totals(ledger({}, piece(0, "confirmed"), piece(1, "confirmed")))).toEqual({
      chunkCount: 2,
      durationMs: 90_300,
    });
  });

  it("counts on from what the server had when it was continued", () => {
    expect(totals(ledger({ firstIndex: 5, startMs: 200_000 }))).toEqual({
      chunkCount: 5,
      durationMs: 200_000,
    });
  });
});
