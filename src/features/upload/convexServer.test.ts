import { ConvexError } from "convex/values";
import { describe, expect, it } from "vitest";
import { serverProblemFrom } from "./convexServer.ts";

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
