// The server's own words on the terminal, by level, so that tests can be silent and a debugging reader can see more.

export const LOG_LEVELS = ["silent", "error", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type ServerLog = {
  readonly level: LogLevel;
  error(message: string, cause?: unknown): void;
  info(message: string): void;
  debug(message: string): void;
};

export function createServerLog(level: LogLevel): ServerLog {
  const threshold = LOG_LEVELS.indexOf(level);
  const enabled = (messageLevel: LogLevel): boolean =>
    LOG_LEVELS.indexOf(messageLevel) <= threshold;
  return {
    level,
    error(message, cause) {
      if (!enabled("error")) return;
      console.error(cause === undefined ? message : `${message}\n${describe(cause)}`);
    },
    info(message) {
      if (enabled("info")) console.log(message);
    },
    debug(message) {
      if (enabled("debug")) console.log(message);
    },
  };
}

function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
