import { describe, expect, it } from "vitest";
import type { LectureLedger, LocalLecture, Piece } from "../../recorder/outbox/ledger.ts";
import { addedRows } from "./addedRows.ts";
import { deviceLecture } from "./deviceLecture.ts";
import { deviceWords, keptOnlyHere } from "./deviceWords.ts";
import { formatBytes } from "./formatBytes.ts";
import { rowProgress } from "./rowProgress.ts";
import { newLecture } from "../../recorder/outbox/lecture.testing.ts";

const lecture = newLecture();

function piece(index: number, status: Piece["status"]): Piece {
  return {
    ...{ clientKey: "a", index, session: 0, startMs: index * 1_000, durationMs: 1_000 },
    ...{ overlapMs: 0, mimeType: "audio/webm", sizeBytes: 500_000, sliceCount: 1, status },
  };
}

function ledger(change: Partial<LocalLecture>, ...pieces: Piece[]): LectureLedger {
  return { lecture: { ...lecture, ...change }, pieces, textChunks: [], marks: [] };
}

describe("a lecture on this device", () => {
  it.each<[string, Partial<LocalLecture>, boolean, string]>([
    ["a page records it", {}, true, "recording"],
    ["nobody records it any more", {}, false, "interrupted"],
    ["a page cuts its file", { source: "file" }, true, "cutting"],
    ["its file was cut in part", { source: "file" }, false, "cut_in_part"],
    ["all of it is here", { intake: "complete" }, false, "kept"],
    ["the server refused it", { problem: { code: "x", message: "x" } }, false, "problem"],
    ["thrown away", { intake: "discarded" }, false, "discarded"],
  ])("%s", (_, change, isBeingMade, state) => {
    expect(deviceLecture(ledger(change), isBeingMade).state).toBe(state);
  });

  it("adds up what is here and what is sent", () => {
    const device = deviceLecture(
      ledger({ intake: "complete" }, piece(0, "confirmed"), piece(1, "waiting")),
      false,
    );
    expect(device).toMatchObject({
      durationMs: 2_000,
      totalBytes: 1_000_000,
      confirmedBytes: 500_000,
      confirmedPieceCount: 1,
    });
    expect(device.pieceEndsMs.get(1)).toBe(2_000);
    expect(keptOnlyHere(device)).toBe(true);
    expect(deviceWords(device, { uploadStatus: "sending", accountId: "me" })).toBe(
      "Being sent (500 kB left)",
    );
    expect(deviceWords(device, { uploadStatus: "stopped" })).toBe(
      "Waits for the server (500 kB left)",
    );
  });

  it("says whose it is when it waits for another account", () => {
    const device = deviceLecture(ledger({ intake: "complete", ownerId: "you" }), false);
    expect(deviceWords(device, { uploadStatus: "idle", accountId: "me" })).toMatch(
      /another account/,
    );
  });
});

describe("progress of a brought file", () => {
  const file = {
    source: "file",
    file: { sizeBytes: 1, lastModified: 1, durationMs: 10_000 },
  } as const;

  it("tells cut, sent and transcribed apart, each of the whole file", () => {
    const device = deviceLecture(ledger(file, piece(0, "confirmed"), piece(1, "waiting")), true);
    const progress = rowProgress({
      intake: { status: "cutting", cutMs: 2_000, durationMs: 10_000 },
      device,
      sendingBytes: 250_000,
      lecture: { source: "file", transcriptChunkCount: 1, audioPieceCount: 1 },
    });
    expect(progress).toMatchObject({ cut: 20, transcribed: 10 });
    expect(progress.sent).toBeCloseTo(15);
  });

  it("is complete when the lecture has left this device", () => {
    expect(
      rowProgress({
        intake: { status: "cut", cutMs: 10_000, durationMs: 10_000 },
        sendingBytes: 0,
        lecture: { source: "file", transcriptChunkCount: 1, audioPieceCount: 4 },
      }),
    ).toEqual({ cut: 100, sent: 100, transcribed: 25 });
  });

  it("has no cutting and no transcription for text", () => {
    const text = deviceLecture(ledger({ source: "captions", intake: "complete" }), false);
    expect(rowProgress({ device: text, sendingBytes: 0 })).toEqual({ sent: 0 });
  });
});

describe("the list of what was added", () => {
  it("shows each file once, with what is known of it in both places", () => {
    const device = deviceLecture(ledger({ source: "file", fileName: "a.mp3" }), true);
    const item = {
      ...{ clientKey: "a", fileName: "a.mp3", sizeBytes: 1, lastModified: 1, cutMs: 0 },
      status: "cutting" as const,
    };
    const failed = { ...item, clientKey: "b", fileName: "b.mp3", status: "failed" as const };
    const rows = addedRows({
      items: [item, failed],
      texts: [{ clientKey: "c", fileName: "c.vtt", warnings: ["One cue was empty."] }],
      lectures: [device, deviceLecture(ledger({ clientKey: "r" }), true)],
      lectureIds: new Map([["c", "l3"]]),
    });
    expect(
      rows.map((row) => [row.name, row.lectureId, row.intake?.status, row.warnings.length]),
    ).toEqual([
      ["a.mp3", undefined, "cutting", 0],
      ["b.mp3", undefined, "failed", 0],
      ["c.vtt", "l3", undefined, 1],
    ]);
  });
});

describe("sizes in words", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [33_400, "33 kB"],
    [14_400_000, "14.4 MB"],
    [1_020_000_000, "1.02 GB"],
  ])("%d bytes are %s", (bytes, words) => expect(formatBytes(bytes)).toBe(words));
});
