// Environment variables that an app declares in `convex.config.ts`: a push whose variables are not as declared is
// refused, so that no function ever meets one that is missing (docs.convex.dev/config/convex.config.ts).
import { validateValue, validatorToString, type ValidatorJSON } from "../values/index.ts";
import { AnalysisError, type DeclaredVariable } from "./types.ts";

const NO_TABLES = { nameOf: () => undefined };

/** @throws AnalysisError when the default export is no app */
export function exportedVariables(namespace: Record<string, unknown>): DeclaredVariable[] {
  const app = namespace.default as { export?: unknown } | null | undefined;
  if (typeof app !== "object" || app === null || typeof app.export !== "function") {
    throw new AnalysisError(
      "The default export of `convex/convex.config.ts` is not an app. Write `export default defineApp({ ... })`.",
    );
  }
  // `export` of `convex/server`. Through JSON: what it gives may not stay tied to the realm.
  const exported: unknown = JSON.parse(JSON.stringify((app.export as () => unknown)()));
  return (exported as { envVars?: DeclaredVariable[] }).envVars ?? [];
}

/** @throws AnalysisError that names every variable that is not as declared; never its value, which may be a secret */
export function checkVariables(
  declared: readonly DeclaredVariable[],
  variables: Readonly<Record<string, string>>,
): void {
  const problems = declared.flatMap(([name, { value: text, optional = false }]) => {
    const value = variables[name];
    if (value === undefined) return optional ? [] : [`${name} is not set`];
    const validator = JSON.parse(text) as ValidatorJSON;
    const fits = validateValue(validator, value, NO_TABLES) === null;
    return fits ? [] : [`${name} does not match its validator ${validatorToString(validator)}`];
  });
  if (problems.length === 0) return;
  throw new AnalysisError(
    `Environment variables are not as convex.config.ts declares them: ${problems.join("; ")}. Set them with \`npx convex env set NAME value\` and push again.`,
  );
}
