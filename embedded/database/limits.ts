// Convex's limits on one function execution, and the counters held against them (CONVEX-RUNTIME 4.7).
import { DatabaseError } from "./errors.ts";
import type { TransactionLimits, TransactionMetrics } from "./types.ts";

const MIB = 1 << 20;

export const DEFAULT_LIMITS: Readonly<TransactionLimits> = {
  documentsRead: 32_000,
  bytesRead: 16 * MIB,
  databaseQueries: 4_096,
  documentsWritten: 16_000,
  bytesWritten: 16 * MIB,
  functionsScheduled: 1_000,
  scheduledFunctionArgsBytes: 16 * MIB,
};

const READ_ADVICE =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

/** Each throws when its limit is exceeded; the count stays raised, so later reads fail too. */
export class Usage {
  limits: TransactionLimits;
  readonly used: TransactionLimits = {
    documentsRead: 0,
    bytesRead: 0,
    databaseQueries: 0,
    documentsWritten: 0,
    bytesWritten: 0,
    functionsScheduled: 0,
    scheduledFunctionArgsBytes: 0,
  };

  constructor(limits: TransactionLimits) {
    this.limits = limits;
  }

  documentRead(sizeBytes: number): void {
    const { used, limits } = this;
    used.documentsRead += 1;
    used.bytesRead += sizeBytes;
    if (used.documentsRead > limits.documentsRead) {
      throw new DatabaseError(
        "TooManyDocumentsRead",
        `Too many documents read in a single function execution (limit: ${limits.documentsRead}). ${READ_ADVICE}`,
      );
    }
    if (used.bytesRead > limits.bytesRead) {
      throw new DatabaseError(
        "TooManyBytesRead",
        `Too many bytes read in a single function execution (limit: ${limits.bytesRead} bytes). ${READ_ADVICE}`,
      );
    }
  }

  rangeRead(): void {
    this.used.databaseQueries += 1;
    if (this.used.databaseQueries > this.limits.databaseQueries) {
      throw new DatabaseError(
        "TooManyReads",
        `Too many reads in a single function execution (limit: ${this.limits.databaseQueries}). ${READ_ADVICE}`,
      );
    }
  }

  documentWritten(sizeBytes: number): void {
    const { used, limits } = this;
    used.documentsWritten += 1;
    used.bytesWritten += sizeBytes;
    if (used.documentsWritten > limits.documentsWritten) {
      throw new DatabaseError(
        "TooManyWrites",
        `Too many writes in a single function execution (limit: ${limits.documentsWritten})`,
      );
    }
    if (used.bytesWritten > limits.bytesWritten) {
      throw new DatabaseError(
        "TooManyBytesWritten",
        `Too many bytes written in a single function execution (limit: ${limits.bytesWritten} bytes)`,
      );
    }
  }

  functionScheduled(argsBytes: number): void {
    const { used, limits } = this;
    used.functionsScheduled += 1;
    used.scheduledFunctionArgsBytes += argsBytes;
    if (used.functionsScheduled > limits.functionsScheduled) {
      throw new DatabaseError(
        "TooManyFunctionsScheduled",
        `Too many functions scheduled by this mutation (limit: ${limits.functionsScheduled})`,
      );
    }
    if (used.scheduledFunctionArgsBytes > limits.scheduledFunctionArgsBytes) {
      throw new DatabaseError(
        "ScheduledFunctionsArgumentsTooLarge",
        `Too large total size of the arguments of scheduled functions from this mutation (limit: ${limits.scheduledFunctionArgsBytes} bytes)`,
      );
    }
  }

  /** Tightens to `used + limits` where that is less; returns the way back. */
  push(limits: Partial<TransactionLimits>): () => void {
    const outer = this.limits;
    const inner = { ...outer };
    for (const name of Object.keys(limits) as (keyof TransactionLimits)[]) {
      const limit = limits[name];
      if (limit !== undefined) inner[name] = Math.min(outer[name], this.used[name] + limit);
    }
    this.limits = inner;
    return () => {
      this.limits = outer;
    };
  }

  metrics(): TransactionMetrics {
    const metrics: Partial<TransactionMetrics> = {};
    for (const name of Object.keys(this.used) as (keyof TransactionLimits)[]) {
      const used = this.used[name];
      metrics[name] = { used, remaining: Math.max(0, this.limits[name] - used) };
    }
    // Every limit has its entry now: the loop ran over all of them.
    return metrics as TransactionMetrics;
  }
}
