// How soon a job goes on: after a server that was killed, and after an action that is lost while the server lives.
import { TestAccount } from "../../harness/client.ts";
import { Deployed, REPOSITORY } from "../../harness/deployed.ts";
import { startLectern } from "../../harness/lectern.ts";
import { scriptedLecture } from "../../harness/scriptedLecture.ts";
import { providerSettings } from "../../harness/world.ts";
import { startProvider } from "../../provider/server.ts";
import { against, heading, line, shownMs } from "../report.ts";
import { expectWhole } from "./whole.ts";

const RESTART_AIM_MS = 5_000;
const LOST_ACTION_AIM_MS = 1_000;

export async function benchRestart(): Promise<void> {
  const provider = await startProvider({ latencyMs: 500 });
  const lectern = await startLectern({ env: providerSettings(provider) });
  const account = await TestAccount.create(lectern.url);
  try {
    const lecture = scriptedLecture({ chunkCount: 24, chunkSeconds: 60 });
    const lectureId = await account.sendLecture(lecture.pieces);
    await account.waitForJob(lectureId, (job) => job.counts.transcribed >= 4);
    await lectern.kill();
    const callsBefore = provider.calls.length;
    const startedAt = Date.now();
    await lectern.restart();
    await account.waitForEnd(lectureId, 600_000);
    const firstCall = provider.calls[callsBefore];
    if (!firstCall) throw new Error("The job did not call the provider after the restart.");
    expectWhole(await account.transcript(lectureId), lecture);
    heading("A server that is killed and started again");
    line(
      "from its start to the job's next call",
      against(firstCall.startedAtMs - startedAt, RESTART_AIM_MS, "aim"),
    );
    line("from its start until it says that it is ready", shownMs(lectern.startedInMs));
  } finally {
    await account.close();
    await lectern.close();
    await provider.close();
  }
}

/** An action that never comes to its end while everything else goes on: only its lease tells. */
export async function benchLostAction(): Promise<void> {
  const provider = await startProvider({ latencyMs: 500 });
  const deployed = await Deployed.start(provider);
  const account = await TestAccount.create(deployed.url);
  try {
    await deployed.pushChanged({ "transcribe.ts": losesPiece(1) });
    // A lease lasts as long as its piece may take, so short pieces are lost for the shortest time.
    const lecture = scriptedLecture({ chunkCount: 2, chunkSeconds: 3 });
    const lectureId = await account.sendLecture(lecture.pieces);
    await account.waitForJob(lectureId, (job) => job.counts.transcribed === 1);
    const lost = (await deployed.rows("audioChunks")).find(({ index }) => index === 1);
    const lease = lost?.lease as { startedAt: number; expiresAt: number } | undefined; // as in schema.ts
    if (!lease) throw new Error("The action was not lost.");
    // The next try is by the functions as they are.
    await deployed.push(REPOSITORY);
    const callsBefore = provider.calls.length;
    await account.waitForEnd(lectureId, 600_000);
    const nextCall = provider.calls[callsBefore];
    if (!nextCall) throw new Error("The piece was not tried again.");
    expectWhole(await account.transcript(lectureId), lecture);
    const leaseMs = lease.expiresAt - lease.startedAt;
    const aimMs = leaseMs + LOST_ACTION_AIM_MS;
    heading("An action that is lost while the server lives");
    line(
      `from its claim to the next call for its piece (lease ${shownMs(leaseMs)})`,
      against(nextCall.startedAtMs - lease.startedAt, aimMs, "lease plus 1 s"),
    );
  } finally {
    await account.close();
    await deployed.close();
    await provider.close();
  }
}

/** The transcribing action without an end for one piece. */
function losesPiece(index: number): (text: string) => string {
  const call = "result = await transcribe(ctx, work);";
  const never = "await new Promise((resolve) => setTimeout(resolve, 9 * 60_000));";
  return (text) => text.replace(call, `if (work.index === ${index}) ${never}\n      ${call}`);
}
