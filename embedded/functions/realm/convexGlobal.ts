// The global `Convex`, through which `convex/server` reaches the database (CONVEX-RUNTIME 3.6).
import type { HostBridge } from "./host.ts";

export type ConvexGlobal = {
  syscall(op: string, argsJson: string): string;
  asyncSyscall(op: string, argsJson: string): Promise<string>;
  jsSyscall(op: string, args: Record<string, unknown>): unknown;
};

export function createConvexGlobal(host: HostBridge): ConvexGlobal {
  return {
    syscall(op, argsJson) {
      const answer = host.syscall(String(op), String(argsJson));
      if (answer.charCodeAt(0) === 43 /* + */) return answer.slice(1);
      throw new Error(answer.slice(1));
    },
    asyncSyscall(op, argsJson) {
      return new Promise((resolve, reject) => {
        host.asyncSyscall(String(op), String(argsJson), resolve, (message, dataJson) => {
          const error = new Error(message);
          // `convex/server` turns a rejection with `data` back into a ConvexError.
          if (dataJson !== undefined)
            Object.assign(error, { data: JSON.parse(dataJson) as unknown });
          reject(error);
        });
      });
    },
    jsSyscall(op) {
      throw new Error(`Unknown operation ${op}`);
    },
  };
}
