// The server of the socket benchmarks, in a process of its own: so that its memory is its own, and clients are others.
import { startServer } from "../../../embedded/server/index.ts";
import { Subscriptions } from "../../../embedded/subscriptions/subscriptions.ts";

export type ServerAnswer =
  | { type: "started"; url: string; adminKey: string }
  | { type: "processorTime"; ms: number }
  | { type: "measured"; rssBytes: number; queryRuns: number; subscriptions: number };

/** The server keeps its subscriptions to itself; their counts are what a benchmark wants to see. */
const all = new Set<Subscriptions>();
const original = Object.getOwnPropertyDescriptor(Subscriptions.prototype, "watch")
  ?.value as Subscriptions["watch"];
Object.defineProperty(Subscriptions.prototype, "watch", {
  value(this: Subscriptions, ...args: Parameters<Subscriptions["watch"]>) {
    all.add(this);
    return original.apply(this, args);
  },
});

const [dataDir = ""] = process.argv.slice(2);
const server = await startServer({ dataDir, port: 0, sitePort: 0, logLevel: "silent" });

function answer(message: ServerAnswer): void {
  process.send?.(message);
}

process.on("message", (request: "measure" | "processorTime" | "close") => {
  if (request === "processorTime") {
    // Of all its threads.
    const { user, system } = process.cpuUsage();
    answer({ type: "processorTime", ms: (user + system) / 1_000 });
    return;
  }
  if (request === "close") {
    void server.close().then(() => process.exit(0));
    return;
  }
  // With --expose-gc: what is kept is measured, not what waits to be collected.
  (globalThis as { gc?: () => void }).gc?.();
  const [watched] = all;
  const { runs = 0, subscriptions = 0 } = watched?.counts ?? {};
  answer({ type: "measured", rssBytes: process.memoryUsage.rss(), queryRuns: runs, subscriptions });
});
answer({ type: "started", url: server.url, adminKey: server.adminKey });
