// The list of functions that `convex function-spec` prints and `convex run` offers when a name is unknown.
import type { AnalyzedModule, ModuleAnalysis } from "../functions/index.ts";
import type { JSONObject, JSONValue } from "../values/index.ts";

/** Functions by path and name, then HTTP routes; each validator as JSON, `any` where none was given. */
export function apiSpec(modules: ModuleAnalysis["modules"]): JSONObject[] {
  const paths = Object.keys(modules).sort();
  const functions = paths.flatMap((path) => moduleFunctions(path, modules[path]));
  const routes = paths.flatMap((path) => modules[path]?.httpRoutes ?? []);
  return [
    ...functions,
    ...routes.map(({ path, method }) => ({ functionType: "HttpAction", path, method })),
  ];
}

function moduleFunctions(path: string, module: AnalyzedModule | undefined): JSONObject[] {
  return (module?.functions ?? []).map((fn) => ({
    functionType: fn.udfType,
    identifier: `${path}:${fn.name}`,
    visibility: { kind: fn.visibility.kind },
    args: validatorOrAny(fn.args),
    returns: validatorOrAny(fn.returns),
  }));
}

function validatorOrAny(text: string): JSONValue {
  return (JSON.parse(text) as JSONValue) ?? { type: "any" };
}
