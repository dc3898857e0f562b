import { describe, expect, it } from "vitest";
import { lectureStatus, progressAnnouncement } from "./lectureStatus.ts";

describe("a lecture's state in words", () => {
  it.each([
    [{ state: "receiving", stage: "receiving" }, "Receiving", true],
    [{ state: "receiving", stage: "transcribing" }, "Receiving and transcribing", true],
    [{ state: "processing", stage: "writing" }, "Writing notes", true],
    [{ state: "processing", stage: "saving" }, "Finishing", true],
    [{ state: "paused", stage: "transcribing" }, "Paused", true],
    [
      { state: "paused", stage: "transcribing", problem: { code: "model_loading" } },
      "Getting ready",
      true,
    ],
    [{ state: "ready", stage: "done" }, "Ready", false],
    [{ state: "failed", stage: "transcribing" }, "Failed", false],
    [{ state: "canceled", stage: "writing" }, "Cancelled", false],
  ] as const)("%o is “%s”", (lecture, label, isRunning) => {
    expect(lectureStatus(lecture)).toMatchObject({ label, isRunning });
  });
});

describe("what is read aloud about progress", () => {
  it("is nothing when the page opens", () => {
    expect(
      progressAnnouncement(undefined, { label: "Transcribing", progress: 40 }),
    ).toBeUndefined();
  });
  it("is nothing for a single per cent", () => {
    expect(
      progressAnnouncement(
        { label: "Transcribing", progress: 30 },
        { label: "Transcribing", progress: 31 },
      ),
    ).toBeUndefined();
  });
  it("is each quarter", () => {
    expect(
      progressAnnouncement(
        { label: "Transcribing", progress: 24 },
        { label: "Transcribing", progress: 25 },
      ),
    ).toBe("Transcribing, 25 %.");
  });
  it("is each new stage, and the end", () => {
    expect(
      progressAnnouncement(
        { label: "Transcribing", progress: 50 },
        { label: "Writing notes", progress: 50 },
      ),
    ).toBe("Writing notes, 50 %.");
    expect(
      progressAnnouncement({ label: "Finishing", progress: 98 }, { label: "Ready", progress: 100 }),
    ).toBe("The notes are ready.");
  });
});
