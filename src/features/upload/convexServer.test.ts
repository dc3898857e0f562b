import { ConvexError } from "convex/values";
import { describe, expect, it } from "vitest";
import type { ConvexReactClient } from "convex/react";
import { ConvexLectureServer, serverProblemFrom } from "./convexServer.ts";

describe("what a refused call means for the sending", () => {
  it.each([
    ["not_signed_in", "signed_out"],
    ["not_found", "gone"],
    ["file_missing", "file_missing"],
    ["invalid_title", "refused"],
    ["too_large", "refused"],
    ["conflict_chunk", "refused"],
    ["busy", "transient"],
  ])("%s is %s", (code, kind) => {
    const problem = serverProblemFrom(new ConvexError({ code, message: "Said by the server." }));
    expect(problem.kind).toBe(kind);
    expect(problem.message).toBe("Said by the server.");
  });

  it("tries again when the server broke or the line did", () => {
    expect(serverProblemFrom(new Error("Server Error")).kind).toBe("transient");
    expect(serverProblemFrom(new TypeError("Failed to fetch")).kind).toBe("transient");
  });
});

describe("a refusal that is answered instead of thrown", () => {
  it("is a refusal for the sending, too", async () => {
    const refused = { code: "invalid_empty", message: "Nothing was recorded." };
    // Of the client, only what is called here.
    const client = { mutation: async () => ({ refused }) } as unknown as ConvexReactClient;
    const server = new ConvexLectureServer(client);
    const sent = [
      server.finish("lecture", { chunkCount: 0, durationMs: 0 }),
      server.addTranscriptChunks("lecture", 0, []),
    ];
    for (const call of sent) {
      await expect(call).rejects.toMatchObject({ kind: "refused", problem: refused });
    }
  });
});
