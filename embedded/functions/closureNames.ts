// Bundles of the `convex` CLI give each function its own name back, whenever one is made (esbuild's keepNames). Of a
// small run that is a third: `convex/server` makes two dozen closures for `ctx`, whose names nobody looks at.

/** What the closures of `ctx` are called. */
const CTX_NAMES = [
  ...["reader", "get", "query", "normalizeId", "table", "count", "insert", "patch", "replace"],
  ...["delete", "getUserIdentity", "signJwt", "getUrl", "getMetadata", "generateUploadUrl"],
  ...["store", "runAfter", "runAt", "cancel", "runQuery", "runMutation", "runAction"],
  ...["getFunctionMetadata", "getRequestMetadata", "getDeploymentMetadata"],
];

/** `var n = (e, t) => o(e, "name", { value: t, configurable: !0 });` */
const HELPER =
  /^(var [\w$]+ = )\(([\w$]+), ([\w$]+)\) => ([\w$]+\(\2, "name", \{ value: \3, configurable: !0 \}\));$/m;

/**
 * The same code, in which arrow functions with such a name stay without it. Nothing moves to another line. Code without
 * the helper, or with another form of it, stays as it is.
 */
export function withoutCtxNames(source: string): string {
  return source.replace(
    HELPER,
    (_, start: string, target: string, name: string, define: string) => {
      const names = CTX_NAMES.map((each) => `${each}: 1`).join(", ");
      const isSkipped = `known[${name}] === 1 && ${target}.prototype === void 0`;
      return `${start}((known) => (${target}, ${name}) => ${isSkipped} ? ${target} : ${define})({ __proto__: null, ${names} });`;
    },
  );
}
