// Twenty jobs at once: how much a short one suffers beside long ones, and that the cap on calls in flight holds.
import { TestAccount } from "../../harness/client.ts";
import { startLectern } from "../../harness/lectern.ts";
import { scriptedLecture, type ScriptedLecture } from "../../harness/scriptedLecture.ts";
import { providerSettings } from "../../harness/world.ts";
import { startProvider, type Provider } from "../../provider/server.ts";
import { against, heading, line } from "../report.ts";

const CAP = 8;
const LONG_JOBS = 19;

export async function benchFairness({ isQuick }: { isQuick: boolean }): Promise<void> {
  const provider = await startProvider({ latencyMs: 1_000 });
  const env = { ...providerSettings(provider), LECTERN_MAX_CALLS_IN_FLIGHT: String(CAP) };
  const lectern = await startLectern({ env });
  const accounts: TestAccount[] = [];
  const newAccount = async () => {
    const account = await TestAccount.create(lectern.url);
    accounts.push(account);
    return account;
  };
  try {
    const short = scriptedLecture({ chunkCount: 1, chunkSeconds: 300, firstSecond: 20_000 });
    const aloneMs = await timeOf(await newAccount(), short);
    const before = provider.calls.length;
    const long = scriptedLecture({ chunkCount: isQuick ? 12 : 48, chunkSeconds: 300 });
    for (let job = 0; job < LONG_JOBS; job += 1) {
      const account = await newAccount();
      await account.sendLecture(long.pieces);
    }
    const amongMs = await timeOf(await newAccount(), short);
    const hours = (long.pieces.length * 300) / 3600;
    heading(`20 jobs at once: ${LONG_JOBS} of ${hours} hours and one of 5 minutes, provider 1 s`);
    line("the 5-minute job beside the long ones", against(amongMs, aloneMs, "alone"));
    const peak = peakInFlight(provider, before);
    line("most calls in flight", `${peak}, cap ${CAP}: ${peak <= CAP ? "kept" : "EXCEEDED"}`);
    if (peak > CAP) process.exitCode = 1;
  } finally {
    await Promise.all(accounts.map((account) => account.close()));
    await lectern.close();
    await provider.close();
  }
}

async function timeOf(account: TestAccount, lecture: ScriptedLecture): Promise<number> {
  const startedAt = performance.now();
  const lectureId = await account.sendLecture(lecture.pieces);
  const job = await account.waitForEnd(lectureId, 600_000);
  if (job.status !== "completed") throw new Error(`The job ended as ${job.status}.`);
  return performance.now() - startedAt;
}

/** The most calls that overlapped, from the provider's own record. */
function peakInFlight({ calls }: Provider, from: number): number {
  const edges = calls
    .slice(from)
    .filter((call) => call.kind !== "models")
    .flatMap((call) => [
      { atMs: call.startedAtMs, change: 1 },
      { atMs: call.endedAtMs ?? Date.now(), change: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.change - b.change);
  let current = 0;
  let peak = 0;
  for (const { change } of edges) {
    current += change;
    peak = Math.max(peak, current);
  }
  return peak;
}
