// Messages are put together as text: whatever stands in them, they must be the JSON that clients expect.
import { describe, expect, it } from "vitest";
import { decodeTs } from "../values/index.ts";
import * as serverMessages from "./serverMessages.ts";

const TEXTS = ["", 'a "quoted" \\ line\n', "\u2028 \ud800 \u0000", "😀"];

function parsed(text: string): Record<string, unknown> {
  // What these functions make is an object.
  return JSON.parse(text) as Record<string, unknown>;
}

describe("an answer", () => {
  it("carries the result as it is, and every log line", () => {
    for (const value of [null, -0.5, { $integer: "AAAAAAAAAAA=" }, TEXTS]) {
      const outcome = { ok: true as const, valueJson: JSON.stringify(value), logLines: TEXTS };
      const mutation = serverMessages.mutationResponse(7, { ...outcome, ts: 2n ** 63n }, "id");
      expect(parsed(mutation)).toEqual({
        ...{ type: "MutationResponse", requestId: 7, success: true, result: value },
        ...{ ts: "AAAAAAAAAIA=", logLines: TEXTS },
      });
      expect(parsed(serverMessages.actionResponse(8, outcome, "id"))).toEqual({
        ...{ type: "ActionResponse", requestId: 8, success: true, result: value, logLines: TEXTS },
      });
    }
  });

  it("that failed has no timestamp, and data only if there is some", () => {
    const failed = { ok: false as const, error: { message: TEXTS.join() }, logLines: [], ts: 1n };
    const response = parsed(serverMessages.mutationResponse(7, failed, "id"));
    expect(response).toMatchObject({ success: false, ts: null, logLines: [] });
    expect(response).not.toHaveProperty("errorData");
    expect(response.result).toContain(TEXTS.join());
    const withData = { ...failed, error: { message: "no", data: null } };
    expect(parsed(serverMessages.actionResponse(7, withData, "id"))).toMatchObject({
      errorData: null,
    });
  });
});

describe("a transition", () => {
  const start = { querySet: 0, identity: 0, ts: 0n };
  const end = { querySet: 4_294_967_295, identity: 3, ts: 1_790_000_000_123_456_789n };

  it("carries both versions, the modifications in order, and the time in nanoseconds", () => {
    const result = {
      ...{ ok: true as const, valueJson: JSON.stringify(TEXTS), logLines: TEXTS },
      journal: TEXTS.join(),
    };
    const message = serverMessages.transition({
      ...{ start, end, clientClockSkewMs: -12.5, nowMs: 1_790_000_000_123 },
      modifications: [
        serverMessages.queryChanged(1, result),
        serverMessages.queryRemoved(2),
        serverMessages.queryChanged(3, { ...result, logLines: [], journal: null }),
      ],
    });
    expect(message).toContain('"serverTs":1790000000123000000}');
    const { endVersion, ...transition } = parsed(message);
    expect(transition).toMatchObject({
      ...{ type: "Transition", startVersion: { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" } },
      clientClockSkew: -12.5,
      modifications: [
        {
          ...{ type: "QueryUpdated", queryId: 1, value: TEXTS, logLines: TEXTS },
          journal: TEXTS.join(),
        },
        { type: "QueryRemoved", queryId: 2 },
        { type: "QueryUpdated", queryId: 3, value: TEXTS, logLines: [], journal: null },
      ],
    });
    const { ts, ...version } = endVersion as { ts: string };
    expect(version).toEqual({ querySet: 4_294_967_295, identity: 3 });
    expect(decodeTs(ts)).toBe(end.ts);
  });

  it("has no skew for a client whose clock cannot be compared", () => {
    for (const clientClockSkewMs of [null, Infinity, NaN]) {
      const message = serverMessages.transition({
        ...{ start, end, modifications: [], clientClockSkewMs, nowMs: 1 },
      });
      expect(parsed(message)).toMatchObject({ clientClockSkew: null, modifications: [] });
    }
  });
});
