import { describe, expect, it } from "vitest";
import { apiSpec } from "./apiSpec.ts";

describe("the function spec", () => {
  it("lists functions by path with their validators, then HTTP routes", () => {
    const list = {
      name: "list",
      pos: null,
      udfType: "Query" as const,
      visibility: { kind: "public" as const },
      args: '{"type":"object","value":{}}',
      returns: "null",
    };
    const spec = apiSpec({
      "http.js": {
        functions: [],
        httpRoutes: [{ path: "/hook", method: "POST" }],
        cronSpecs: null,
      },
      "b/messages.js": { functions: [list], httpRoutes: null, cronSpecs: null },
      "a.js": {
        functions: [{ ...list, name: "tidy", visibility: { kind: "internal" } }],
        httpRoutes: null,
        cronSpecs: null,
      },
    });
    const validators = { args: { type: "object", value: {} }, returns: { type: "any" } };
    expect(spec).toEqual([
      {
        functionType: "Query",
        identifier: "a.js:tidy",
        visibility: { kind: "internal" },
        ...validators,
      },
      {
        functionType: "Query",
        identifier: "b/messages.js:list",
        visibility: { kind: "public" },
        ...validators,
      },
      { functionType: "HttpAction", path: "/hook", method: "POST" },
    ]);
  });
});
