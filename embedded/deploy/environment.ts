// The rules for environment variables, and their change as one transaction.
import { SystemFunctionError } from "../functions/index.ts";
import type { Transaction } from "../database/index.ts";
import { environmentVariable, listEnvironmentVariables } from "./deployment.ts";
import type { EnvironmentChange } from "./protocol.ts";
import { textOf } from "../values/index.ts";

/** Convex's limits (CONVEX-RUNTIME 4.7), the smaller number where its documentation and its code differ. */
const MAX_VARIABLES = 512;
const MAX_NAME_LENGTH = 40;
const MAX_VALUE_BYTES = 8192;
/** Set by the backend itself. */
const BUILT_IN = ["CONVEX_CLOUD_URL", "CONVEX_SITE_URL"];

/** What is wrong with a change, or null. */
export function invalidChange({
  name,
  value,
}: EnvironmentChange): { code: string; message: string } | null {
  if (BUILT_IN.includes(name)) {
    return {
      code: "EnvVarNameForbidden",
      message: `Environment variable ${name} is built-in and cannot be overridden.`,
    };
  }
  if (name.length > MAX_NAME_LENGTH || !/^[a-zA-Z_]+[a-zA-Z0-9_]*$/.test(name)) {
    return {
      code: "InvalidEnvVarName",
      message: `Environment variable name "${name.slice(0, 80)}" is invalid. Use letters, digits and underscores, not a digit first, at most ${String(MAX_NAME_LENGTH)} characters.`,
    };
  }
  if (value !== null && Buffer.byteLength(value) > MAX_VALUE_BYTES) {
    return {
      code: "EnvVarValueTooLong",
      message: `The value of environment variable ${name} is larger than ${String(MAX_VALUE_BYTES)} bytes.`,
    };
  }
  return null;
}

/** Applies all changes or none. A null value removes; removing what is not there is no error, as on Convex. */
export function changeEnvironment(tx: Transaction, changes: EnvironmentChange[]): void {
  for (const change of changes) {
    const problem = invalidChange(change);
    if (problem !== null) throw new SystemFunctionError(problem.code, problem.message);
    const existing = environmentVariable(tx, change.name);
    const id = existing === null ? null : textOf(existing._id);
    if (change.value === null) {
      if (id !== null) tx.remove(id);
    } else if (id === null) {
      tx.insert("_environment_variables", { name: change.name, value: change.value });
    } else {
      tx.patch(id, { value: change.value });
    }
  }
  if (listEnvironmentVariables(tx).length > MAX_VARIABLES) {
    throw new SystemFunctionError(
      "TooManyEnvVars",
      `A deployment can have at most ${String(MAX_VARIABLES)} environment variables.`,
    );
  }
}
