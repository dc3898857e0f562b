// `console` inside a realm: every line goes to the run's log lines.
import type { HostBridge } from "./host.ts";

export function createConsole(
  host: Pick<HostBridge, "log">,
  nowMs: () => number,
): Record<string, unknown> {
  const at =
    (level: string) =>
    (...values: unknown[]) =>
      host.log(level, values);
  const timers = new Map<string, number>();
  const counts = new Map<string, number>();
  const elapsed = (label: string, extra: unknown[]) => {
    const startedMs = timers.get(label);
    if (startedMs === undefined) host.log("WARN", [`Timer '${label}' does not exist`]);
    else host.log("INFO", [`${label}: ${nowMs() - startedMs}ms`, ...extra]);
  };
  return {
    log: at("LOG"),
    debug: at("DEBUG"),
    info: at("INFO"),
    warn: at("WARN"),
    error: at("ERROR"),
    dir: (value: unknown) => host.log("LOG", [value]),
    dirxml: at("LOG"),
    table: (value: unknown) => host.log("LOG", [value]),
    trace: (...values: unknown[]) =>
      host.log("LOG", [...values, new Error("Trace").stack?.split("\n").slice(2).join("\n") ?? ""]),
    assert: (condition: unknown, ...values: unknown[]) => {
      if (!condition) host.log("ERROR", ["Assertion failed", ...values]);
    },
    count: (label = "default") => {
      const count = (counts.get(label) ?? 0) + 1;
      counts.set(label, count);
      host.log("INFO", [`${label}: ${count}`]);
    },
    countReset: (label = "default") => {
      counts.delete(label);
    },
    time: (label = "default") => {
      timers.set(label, nowMs());
    },
    timeLog: (label = "default", ...values: unknown[]) => elapsed(label, values),
    timeEnd: (label = "default") => {
      elapsed(label, []);
      timers.delete(label);
    },
    group: (...values: unknown[]) => {
      if (values.length > 0) host.log("LOG", values);
    },
    groupCollapsed: (...values: unknown[]) => {
      if (values.length > 0) host.log("LOG", values);
    },
    groupEnd: () => undefined,
    clear: () => undefined,
  };
}
