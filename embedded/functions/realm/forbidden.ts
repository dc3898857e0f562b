// What queries and mutations may not use, with the sentence that says what to do instead.

const FORBIDDEN = ["fetch", "setTimeout", "setInterval", "setImmediate"];

export function forbiddenGlobals(): Record<string, unknown> {
  const globals: Record<string, unknown> = {};
  for (const name of FORBIDDEN) {
    globals[name] = () => {
      throw new Error(
        `Can't use ${name} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`,
      );
    };
  }
  globals.clearTimeout = () => undefined;
  globals.clearInterval = () => undefined;
  globals.clearImmediate = () => undefined;
  return globals;
}
