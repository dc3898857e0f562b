import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withoutCtxNames } from "./closureNames.ts";
import { startApp, type RunFailed, type TestApp } from "./testing/app.ts";

const NAMES = `
import { mutationGeneric } from "convex/server";
const helper = () => 1;
function declared() {}
export const names = mutationGeneric((ctx) => {
  const inner = () => 2;
  class Local {}
  const get = () => 3;
  return [helper, declared, inner, Local, ctx.db.insert, ctx.runQuery, get].map(({ name }) => name);
});
const thrower = async () => {
  const deep = () => { throw new Error("deep"); };
  deep();
};
export const fails = mutationGeneric(async () => { await thrower(); });
`;

describe("names of functions in bundles of the CLI's form", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ "names.ts": NAMES });
  });
  afterAll(() => app.close());

  it("are kept, but for the closures of ctx and those of the same name", async () => {
    const names = await app.mutation("names:names");
    expect(names).toEqual(["helper", "declared", "inner", "Local", "", "", ""]);
  });

  it("are in the frames of errors, each at its place", async () => {
    const { frames } = await app.mutation("names:fails").then(
      () => ({ frames: undefined }),
      (error: RunFailed) => error,
    );
    expect(frames).toMatch(/at deep \(..\/convex\/names.ts:12:.*\n.*at thrower \(/);
  });
});

describe("the bundler's helper", () => {
  it("changes in its line, and only there", () => {
    const source = 'a;\nvar n = (e, $t) => Tt(e, "name", { value: $t, configurable: !0 });\nb;';
    const [before, helper, after] = withoutCtxNames(source).split("\n");
    expect([before, after]).toEqual(["a;", "b;"]);
    expect(helper).toMatch(/^var n = .* : Tt\(e, "name", \{ value: \$t, configurable: !0 \}\)\)/);
  });

  it("is left alone in any other form", () => {
    const source = 'var __name = (target, value) => __defProp(target, "name", { value });';
    expect(withoutCtxNames(source)).toBe(source);
  });
});
