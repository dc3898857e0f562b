import { describe, expect, it } from "vitest";
import { scriptedLecture } from "../harness/scriptedLecture.ts";
import { idealScheduleMs } from "./idealSchedule.ts";

const times = { transcriptionMs: 8_000, windowMs: 8_000, mergeMs: 8_000 };

describe("the ideal schedule", () => {
  it("of one short piece is one call of each kind", () => {
    const { chunks } = scriptedLecture({ chunkCount: 1, chunkSeconds: 300 });
    expect(idealScheduleMs({ chunks, lanes: 4, ...times })).toBe(24_000);
  });

  it("is bound by transcription when there is one lane", () => {
    const { chunks } = scriptedLecture({ chunkCount: 18, chunkSeconds: 300 });
    const ms = idealScheduleMs({ chunks, lanes: 1, ...times });
    // 18 pieces, then what can't be written before the last piece is there, then the merge.
    expect(ms).toBeGreaterThanOrEqual(18 * 8_000 + 2 * 8_000);
    expect(ms).toBeLessThanOrEqual(18 * 8_000 + 3 * 8_000);
  });

  it("is bound by writing when there are many lanes", () => {
    const { chunks } = scriptedLecture({ chunkCount: 18, chunkSeconds: 300 });
    const few = idealScheduleMs({ chunks, lanes: 8, ...times });
    const many = idealScheduleMs({ chunks, lanes: 18, ...times });
    expect(many).toBeLessThanOrEqual(few);
    expect(many).toBeGreaterThanOrEqual((90 / 12) * 8_000 + 16_000);
  });
});
