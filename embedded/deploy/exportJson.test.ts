import fc from "fast-check";
import { convexToJson, jsonToConvex, type Value } from "convex/values";
import { describe, expect, it } from "vitest";
import { decodeExportJson, encodeExportJson } from "./exportJson.ts";

const text = (value: Value) => encodeExportJson(convexToJson(value));

describe("the text form of exported documents", () => {
  it.each<[string, Value, string]>([
    ["an int64", 123n, "123"],
    ["the smallest int64", -(2n ** 63n), "-9223372036854775808"],
    ["a float64 that is whole", 123, "123.0"],
    ["a float64 with a fraction", 0.5, "0.5"],
    ["a large float64", 1e21, "1e+21"],
    ["negative zero", -0, "-0.0"],
    ["not a number", NaN, '{"$float":"AAAAAAAA+H8="}'],
    ["bytes", new Uint8Array([1, 2]).buffer, '{"$bytes":"AQI="}'],
    ["a nested document", { a: [1n, 1, null, "x"] }, '{"a":[1,1.0,null,"x"]}'],
  ])("writes %s readably", (_name, value, expected) => {
    expect(text(value)).toBe(expected);
  });

  it("gives every value back exactly", () => {
    const bytes = fc.uint8Array({ maxLength: 8 }).map((array) => array.slice().buffer);
    const scalar = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.double(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.string(),
      bytes,
    );
    const { value } = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        scalar as fc.Arbitrary<Value>,
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie("value"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, (original) => {
        const stored = convexToJson(original);
        const back = decodeExportJson(encodeExportJson(stored), "int64");
        expect(back).toEqual(stored);
        expect(jsonToConvex(back)).toEqual(original);
      }),
    );
  });
});

describe("other people's JSON", () => {
  it("has numbers only, whether or not they are whole", () => {
    expect(decodeExportJson('{"a":1,"b":1.5,"c":-0}', "float64")).toEqual({
      a: 1,
      b: 1.5,
      c: { $float: "AAAAAAAAAIA=" },
    });
  });

  it("may still spell an int64 as Convex JSON does", () => {
    expect(decodeExportJson('{"$integer":"AQAAAAAAAAA="}', "float64")).toEqual({
      $integer: "AQAAAAAAAAA=",
    });
  });

  it("is refused when it is not JSON", () => {
    expect(() => decodeExportJson("{a:1}", "float64")).toThrow(SyntaxError);
  });
});
