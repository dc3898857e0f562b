/**
 * Follows the process that a page and its workers run in, by what Linux tells of it: the memory that is its own (what
 * Chromium calls the private footprint) and the time that the page's thread really had a processor. Other systems tell
 * neither; then nothing is known.
 */
import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";

const LOOK_EVERY_MS = 10;

type Look = { atMs: number; footprintBytes: number; cpuMs: number };

export type RendererWatch = {
  stop(): void;
  /** Before anything was done. */
  firstFootprintBytes: number | undefined;
  mostFootprintBytes(): number | undefined;
  /**
   * How long the page's thread worked between two moments (ms since 1970), up to the nearest looks around them. A task
   * that waited for a processor meanwhile took longer than that.
   */
  workedMs(fromMs: number, toMs: number): number | undefined;
};

/** Watches the browser's only page. */
export async function watchRenderer(browser: Browser): Promise<RendererWatch> {
  const protocol = await browser.newBrowserCDPSession();
  const { processInfo } = await protocol.send("SystemInfo.getProcessInfo");
  await protocol.detach();
  const pids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  const first = await look(pids);
  const looks = first ? [first] : [];
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look(pids).then((next) => {
      if (next) looks.push(next);
      isLooking = false;
    });
  }, LOOK_EVERY_MS);
  return {
    stop: () => clearInterval(timer),
    firstFootprintBytes: first?.footprintBytes,
    mostFootprintBytes: () => first && Math.max(...looks.map((each) => each.footprintBytes)),
    workedMs: (fromMs, toMs) => {
      const before = looks.findLast(({ atMs }) => atMs <= fromMs);
      const after = looks.find(({ atMs }) => atMs >= toMs) ?? looks.at(-1);
      return before && after && after.cpuMs - before.cpuMs;
    },
  };
}

/** Undefined where there is no /proc. A process that has ended counts as nothing. */
async function look(pids: readonly number[]): Promise<Look | undefined> {
  if (process.platform !== "linux") return undefined;
  const atMs = Date.now();
  const each = await Promise.all(pids.map(lookAt));
  return {
    atMs,
    footprintBytes: each.reduce((sum, { footprintBytes }) => sum + footprintBytes, 0),
    cpuMs: each.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
}

async function lookAt(pid: number): Promise<Omit<Look, "atMs">> {
  const [status, schedule] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8").catch(() => ""),
    // Of the process's first thread, which is the page's: nanoseconds on a processor.
    readFile(`/proc/${pid}/schedstat`, "utf8").catch(() => ""),
  ]);
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  return {
    footprintBytes: (kilobytes("RssAnon") + kilobytes("VmSwap")) * 1024,
    cpuMs: Number(schedule.split(" ")[0] ?? 0) / 1e6,
  };
}
