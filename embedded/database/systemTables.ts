// The tables that the backend keeps for itself. Their numbers are part of the data format: never reuse one.

export type SystemTable = {
  name: string;
  number: number;
  indexes: { name: string; fields: string[] }[];
  /** Fields that functions see through `ctx.db.system`; undefined: the table is invisible to functions. */
  visibleFields?: readonly string[];
};

export const SYSTEM_TABLES: readonly SystemTable[] = [
  {
    name: "_storage",
    number: 513,
    indexes: [{ name: "by_internal_id", fields: ["internalId"] }],
    visibleFields: ["sha256", "size", "contentType"],
  },
  {
    name: "_scheduled_functions",
    number: 514,
    indexes: [
      { name: "by_state_and_time", fields: ["state.kind", "scheduledTime"] },
      { name: "by_completed_time", fields: ["completedTime"] },
    ],
    visibleFields: ["name", "args", "scheduledTime", "completedTime", "state"],
  },
  {
    name: "_environment_variables",
    number: 515,
    indexes: [{ name: "by_name", fields: ["name"] }],
  },
  { name: "_modules", number: 516, indexes: [{ name: "by_path", fields: ["path"] }] },
  { name: "_deployments", number: 517, indexes: [] },
  {
    name: "_crons",
    number: 518,
    indexes: [
      { name: "by_name", fields: ["name"] },
      { name: "by_next", fields: ["nextTs"] },
    ],
  },
  // 519 was _session_requests: the store keeps these in a table of their own (`store/answers.ts`).
  { name: "_exports", number: 520, indexes: [] },
  { name: "_imports", number: 521, indexes: [] },
  { name: "_upload_tokens", number: 522, indexes: [{ name: "by_token", fields: ["token"] }] },
  { name: "_acting_keys", number: 523, indexes: [{ name: "by_key", fields: ["key"] }] },
  { name: "_settings", number: 524, indexes: [{ name: "by_name", fields: ["name"] }] },
  {
    name: "_cron_runs",
    number: 525,
    indexes: [{ name: "by_cron_and_time", fields: ["cron", "startedTime"] }],
  },
  { name: "_schema_validations", number: 526, indexes: [{ name: "by_key", fields: ["key"] }] },
  // Files whose rows are gone and whose bytes are still to be removed.
  { name: "_deleted_files", number: 527, indexes: [] },
];

export const systemTablesByName: ReadonlyMap<string, SystemTable> = new Map(
  SYSTEM_TABLES.map((table) => [table.name, table]),
);
