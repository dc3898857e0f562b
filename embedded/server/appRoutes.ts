// Which paths of the main origin belong to the app's HTTP actions, when one port serves everything.
import type { Engine } from "../functions/index.ts";
import { isJSONObject, type JSONValue } from "../values/index.ts";

/** A path as `http.ts` declares it; a prefix ends with `*`. */
type AppRoute = { path: string; method: string };

export class AppRoutes {
  readonly #engine: Pick<Engine, "callSystem">;
  #exact = new Set<string>();
  #prefixes: AppRoute[] = [];

  constructor(engine: Pick<Engine, "callSystem">) {
    this.#engine = engine;
  }

  /** Reads the routes of the push that is now in force. */
  async refresh(): Promise<void> {
    const { value } = await this.#engine.callSystem("server:httpRoutes", {});
    this.use(parseRoutes(value));
  }

  use(routes: readonly AppRoute[]): void {
    this.#exact = new Set();
    this.#prefixes = [];
    for (const { path, method } of routes) {
      if (path.endsWith("*")) this.#prefixes.push({ path: path.slice(0, -1), method });
      else this.#exact.add(`${method} ${path}`);
    }
  }

  /** HEAD is answered by GET routes. */
  matches(method: string, pathname: string): boolean {
    const declared = method === "HEAD" ? "GET" : method;
    if (this.#exact.has(`${declared} ${pathname}`)) return true;
    return this.#prefixes.some(
      (prefix) => prefix.method === declared && pathname.startsWith(prefix.path),
    );
  }
}

function parseRoutes(value: JSONValue): AppRoute[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((route) =>
    isJSONObject(route) && typeof route.path === "string" && typeof route.method === "string"
      ? [{ path: route.path, method: route.method }]
      : [],
  );
}
