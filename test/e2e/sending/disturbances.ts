/** What happens to a lecture on its way, at moments that a seed decides and can decide again. */
import { seededRandom } from "../../../embedded/server/testing/seededRandom.ts";
import type { Disturbance, SendingWorld } from "./recordThrough.ts";

/** The line is cut again and again: up for some time, down for some time, and up at the end. */
export function cutLine(
  { line }: SendingWorld,
  options: { seconds: number; seed: number; longestMs: number },
): Disturbance[] {
  const random = seededRandom(options.seed);
  const some = () => options.longestMs * (0.1 + 0.9 * random());
  const disturbances: Disturbance[] = [];
  for (let atMs = some(); atMs < options.seconds * 1000;) {
    const downUntilMs = Math.min(atMs + some(), options.seconds * 1000 - 100);
    disturbances.push({ atMs, happens: () => line.cut() });
    disturbances.push({ atMs: downUntilMs, happens: () => line.mend() });
    atMs = downUntilMs + some();
  }
  return disturbances;
}

/** The server is killed without a goodbye and started again, `count` times. */
export function killedServer(
  { lectern }: SendingWorld,
  options: { seconds: number; seed: number; count: number },
): Disturbance[] {
  const random = seededRandom(options.seed);
  const partMs = (options.seconds * 1000) / options.count;
  return Array.from({ length: options.count }, (_, part) => ({
    atMs: (part + random()) * partMs,
    happens: async () => {
      await lectern.kill();
      await lectern.restart();
    },
  }));
}
