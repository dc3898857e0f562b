// One mutation of the system's in a test, within a batch that the test has begun.
import type { Database, Transaction } from "../index.ts";

/** @returns what `body` returns; when it throws, nothing of it is kept */
export function mutate<T>(
  database: Database,
  body: (tx: Transaction) => T,
  ending: "commit" | "rollback" = "commit",
): T {
  const tx = database.beginMutation({ system: true });
  try {
    const result = body(tx);
    tx[ending]();
    return result;
  } finally {
    tx.rollback();
  }
}
