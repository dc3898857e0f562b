// The names of database operations that actions may ask for directly, known on both sides of the engine's thread.

export const ACTION_OPERATIONS = {
  "1.0/actions/schedule": "write",
  "1.0/actions/cancel_job": "write",
  "1.0/actions/vectorSearch": "read",
  "1.0/storageGenerateUploadUrl": "write",
  "1.0/storageGetUrl": "read",
  "1.0/storageGetMetadata": "read",
  "1.0/storageDelete": "write",
} as const satisfies Record<string, "read" | "write">;

export type ActionOperation = keyof typeof ACTION_OPERATIONS;

export function isActionDatabaseCall(op: string): op is ActionOperation {
  return Object.hasOwn(ACTION_OPERATIONS, op);
}
