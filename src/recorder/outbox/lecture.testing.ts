// A lecture as it is on the device when its recording has just begun, for tests.
import type { LocalLecture } from "./ledger.ts";

export function newLecture(change: Partial<LocalLecture> = {}): LocalLecture {
  return {
    clientKey: "a",
    source: "recording",
    recordedAt: 0,
    createdAt: 0,
    intake: "open",
    createTried: false,
    detailsChanged: false,
    session: 0,
    firstIndex: 0,
    startMs: 0,
    ...change,
  };
}
