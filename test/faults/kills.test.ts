// The server is killed (SIGKILL) at random moments of running jobs, again and again. The result is the undisturbed one.
//
// `npm run test:kills -- --kills 50` is the long form; `--seed N` (or LECTERN_SEED) repeats a run.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel.js";
import { TestAccount } from "../harness/client.ts";
import { startLectern, type Lectern } from "../harness/lectern.ts";
import { scriptedLecture, spokenSeconds } from "../harness/scriptedLecture.ts";
import { seededRandom } from "../../embedded/server/testing/seededRandom.ts";
import { startProvider, type Provider } from "../provider/server.ts";

const kills = Number(process.env.LECTERN_KILLS ?? 4);
const seed = Number(process.env.LECTERN_SEED ?? Math.floor(Math.random() * 2 ** 31));
const random = seededRandom(seed);

const lecture = scriptedLecture({ chunkCount: 24, chunkSeconds: 75 });

let provider: Provider;
let lectern: Lectern;

beforeAll(async () => {
  provider = await startProvider({ latencyMs: () => 20 + random() * 200 });
  lectern = await startLectern({
    env: {
      OPENAI_API_KEY: "test-key",
      OPENAI_BASE_URL: provider.url,
      TRANSCRIPTION_MODEL: "test-transcriber",
      NOTES_MODEL: "test-writer",
    },
  });
});

afterAll(async () => {
  await lectern.close();
  await provider.close();
});

describe(`a server that is killed ${kills} times (LECTERN_SEED=${seed})`, () => {
  let undisturbed: Awaited<ReturnType<typeof resultOf>>;

  beforeAll(async () => {
    const account = await TestAccount.create(lectern.url);
    const lectureId = await account.sendLecture(lecture.pieces, "A lecture");
    expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
    undisturbed = await resultOf(account, lectureId);
    await account.close();
    expect(undisturbed.seconds).toEqual(lecture.seconds);
  });

  let remaining = kills;
  const rounds = Math.ceil(kills / 4);
  it.each(Array.from({ length: rounds }, (_, round) => round))(
    "gives the same transcript and notes as an undisturbed one (round %i)",
    async () => {
      const account = await TestAccount.create(lectern.url);
      const lectureId = await account.createLecture({ title: "A lecture" });
      let sent = 0;
      for (let kill = 0; kill < 4 && remaining > 0; kill += 1, remaining -= 1) {
        // Some pieces arrive, some time passes, the power goes: also in the middle of an upload.
        const until = Math.min(lecture.pieces.length, sent + Math.ceil(random() * 10));
        const sending = sendPieces(account, lectureId, sent, until);
        await Promise.race([sending, afterMs(random() * 1200)]);
        await lectern.kill();
        sent = (await sending).confirmed;
        await lectern.restart();
      }
      sent = (await sendPieces(account, lectureId, sent, lecture.pieces.length)).confirmed;
      expect(sent).toBe(lecture.pieces.length);
      const last = lecture.pieces.at(-1);
      await account.finish(lectureId, sent, (last?.startMs ?? 0) + (last?.durationMs ?? 0));

      expect(await account.waitForEnd(lectureId, 200_000)).toMatchObject({ status: "completed" });
      expect(await resultOf(account, lectureId)).toEqual(undisturbed);
      await account.close();
    },
  );
});

/** Sends what it can; a server that goes away ends it. Pieces are confirmed in order, as the app's outbox does it. */
async function sendPieces(
  account: TestAccount,
  lectureId: Id<"lectures">,
  from: number,
  until: number,
): Promise<{ confirmed: number }> {
  let confirmed = from;
  try {
    for (; confirmed < until; confirmed += 1) {
      const piece = lecture.pieces[confirmed];
      if (piece) await account.sendPiece(lectureId, confirmed, piece);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // fetch's error for a connection that broke
  }
  return { confirmed };
}

async function resultOf(account: TestAccount, lectureId: Id<"lectures">) {
  const notes = await account.http.query(api.notes.get, { lectureId });
  if (!notes) throw new Error("There are no notes.");
  const { title, summary, sections, keyTakeaways, definitions, writer } = notes;
  const seconds = spokenSeconds(await account.transcript(lectureId));
  return { seconds, title, summary, sections, keyTakeaways, definitions, writer };
}

function afterMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
