// How functions are named: by clients (`dir/mod:fn`), inside (`dir/mod.js:fn`), and in handles that apps may store.

export type FunctionPath = { modulePath: string; exportName: string };

export const MAX_PATH_LENGTH = 512;
const HANDLE_PREFIX = "function://app;";

/** @returns null when the text cannot name a function. Understands `.js` and a missing export name (`default`). */
export function parseFunctionPath(path: string): FunctionPath | null {
  if (path.length > MAX_PATH_LENGTH) return null;
  const colon = path.lastIndexOf(":");
  const file = colon === -1 ? path : path.slice(0, colon);
  const exportName = colon === -1 ? "default" : path.slice(colon + 1);
  if (!/^[A-Za-z_$][\w$]*$/.test(exportName)) return null;
  const withoutExtension = file.replace(/\.[cm]?js$/, "");
  const parts = withoutExtension.split("/");
  if (parts.some((part) => !/^[\w.-]+$/.test(part) || /^\.+$/.test(part))) return null;
  return { modulePath: `${withoutExtension}.js`, exportName };
}

/** As clients write it: no `.js`, no `:default`. */
export function displayPath({ modulePath, exportName }: FunctionPath): string {
  const file = modulePath.replace(/\.js$/, "");
  return exportName === "default" ? file : `${file}:${exportName}`;
}

/** As `_scheduled_functions.name` and logs have it. */
export function canonicalPath({ modulePath, exportName }: FunctionPath): string {
  return `${modulePath}:${exportName}`;
}

export function createFunctionHandle(path: FunctionPath): string {
  return HANDLE_PREFIX + canonicalPath(path);
}

/** How `convex/server` addresses a function: by name, by handle, or by a reference into a component. */
export type FunctionAddress = { name?: unknown; functionHandle?: unknown; reference?: unknown };

/** @throws Error with a text for the author of the call */
export function resolveFunctionAddress(address: FunctionAddress): FunctionPath {
  if (typeof address.name === "string") {
    const path = parseFunctionPath(address.name);
    if (path !== null) return path;
    throw new Error(`${address.name} is not a valid path to a Convex function.`);
  }
  if (typeof address.functionHandle === "string") {
    const path = address.functionHandle.startsWith(HANDLE_PREFIX)
      ? parseFunctionPath(address.functionHandle.slice(HANDLE_PREFIX.length))
      : null;
    if (path !== null) return path;
    throw new Error(`${address.functionHandle} is not a function handle of this deployment.`);
  }
  if (typeof address.reference === "string") {
    throw new Error(
      `The embedded backend has no components; cannot resolve ${address.reference}. See embedded/README.md.`,
    );
  }
  throw new Error("A function must be given by its name, a function reference or a handle.");
}
