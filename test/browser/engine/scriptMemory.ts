/**
 * Follows how much memory a page's scripts and its workers' scripts hold: their heaps and the buffers outside of them.
 * What the browser itself needs, and what it has not yet given back to the system, does not count.
 */
import type { CDPSession, Page } from "playwright-core";

const LOOK_EVERY_MS = 200;

type HeapUsage = { usedSize: number; backingStorageSize?: number };

export async function watchScriptMemory(page: Page): Promise<{ stop: () => number }> {
  const protocol = await page.context().newCDPSession(page);
  const workers = await watchWorkers(protocol);
  let most = 0;
  const look = async () => {
    const usages = await Promise.all([
      protocol.send("Runtime.getHeapUsage") as Promise<HeapUsage>,
      ...workers().map((sessionId) => askWorker(protocol, sessionId)),
    ]);
    const sum = usages.reduce(
      (bytes, usage) => bytes + (usage?.usedSize ?? 0) + (usage?.backingStorageSize ?? 0),
      0,
    );
    most = Math.max(most, sum);
  };
  // The page may be closed while an answer is on its way.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return most;
    },
  };
}

async function watchWorkers(protocol: CDPSession): Promise<() => string[]> {
  const sessionIds = new Set<string>();
  protocol.on("Target.attachedToTarget", ({ sessionId }) => sessionIds.add(sessionId));
  protocol.on("Target.detachedFromTarget", ({ sessionId }) => sessionIds.delete(sessionId));
  await protocol.send("Target.setAutoAttach", {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  return () => [...sessionIds];
}

let lastId = 0;

/** Undefined when the worker ends before it answers. */
async function askWorker(protocol: CDPSession, sessionId: string): Promise<HeapUsage | undefined> {
  const id = ++lastId;
  return new Promise((resolve) => {
    const onMessage = (event: { sessionId: string; message: string }) => {
      if (event.sessionId !== sessionId) return;
      // The protocol's answer to our own question.
      const answer = JSON.parse(event.message) as { id?: number; result?: HeapUsage };
      if (answer.id === id) end(answer.result);
    };
    const onDetached = (event: { sessionId: string }) => {
      if (event.sessionId === sessionId) end(undefined);
    };
    const end = (usage: HeapUsage | undefined) => {
      protocol.off("Target.receivedMessageFromTarget", onMessage);
      protocol.off("Target.detachedFromTarget", onDetached);
      resolve(usage);
    };
    protocol.on("Target.receivedMessageFromTarget", onMessage);
    protocol.on("Target.detachedFromTarget", onDetached);
    const message = JSON.stringify({ id, method: "Runtime.getHeapUsage" });
    protocol.send("Target.sendMessageToTarget", { sessionId, message }).catch(() => end(undefined));
  });
}
