// An operator with the official CLI in front of a job that went wrong: reads its story and its rows, stops it, sets it going.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Id } from "../../convex/_generated/dataModel.js";
import { Project } from "../cli/project.ts";
import { TestAccount } from "../harness/client.ts";
import { Deployed } from "../harness/deployed.ts";
import { scriptedLecture, spokenSeconds } from "../harness/scriptedLecture.ts";
import { holdAnswers, startProvider, type Provider } from "../provider/server.ts";

const lecture = scriptedLecture({ chunkCount: 6, chunkSeconds: 60 });

let provider: Provider;
let deployed: Deployed;
let account: TestAccount;
let project: Project;
let lectureId: Id<"lectures">;
/** Lets the provider answer. */
let release: () => void;

beforeAll(async () => {
  provider = await startProvider({ latencyMs: 20 });
  deployed = await Deployed.start(provider);
  account = await TestAccount.create(deployed.url);
  project = await Project.create(deployed.server);
  let left = 1;
  provider.script.fault = ({ kind }) =>
    kind === "transcription" && (left -= 1) >= 0 ? { kind: "status", status: 500 } : undefined;
  release = holdAnswers(provider);
  lectureId = await account.sendLecture(lecture.pieces, "Candles");
});

afterAll(async () => {
  await project.close();
  await account.close();
  await deployed.close();
  await provider.close();
});

/** `npx convex run NAME ARGS`, and what it prints. */
async function run(name: string, args: object = {}): Promise<unknown> {
  return JSON.parse(await project.succeed("run", name, JSON.stringify(args))) as unknown;
}

type Story = { jobId: string; status: string; pieces: string[]; timeline: string[] };
const inspect = async (args: object) => (await run("jobs:inspect", args)) as Story;

describe("npx convex run", () => {
  it("jobs:inspect tells of a job that runs: its leases, what waits, and since when", async () => {
    await expect.poll(() => provider.calls.length, { timeout: 60_000 }).toBe(4);
    const story = await inspect({ lectureId });
    expect(story).toMatchObject({ lecture: "Candles (file, 6 min)", status: "running" });
    expect(story.pieces.filter((line) => /leased since .* in slot \d/.test(line))).toHaveLength(4);
    expect(story.pieces.filter((line) => line.includes("ready"))).toHaveLength(2);
    expect(await inspect({ jobId: story.jobId })).toMatchObject({ pieces: story.pieces });
  });

  it("jobs:cancel stops it and jobs:requeue sets it going; both say when there is nothing to do", async () => {
    expect(await run("jobs:cancel", { lectureId })).toBe("The job is canceled.");
    expect(await run("jobs:cancel", { lectureId })).toBe("Nothing to do: the job is canceled.");
    expect((await inspect({ lectureId })).pieces.join()).not.toContain("leased");
    release();
    expect(await run("jobs:requeue", { lectureId })).toBe("The job goes on.");
    expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
    expect(spokenSeconds(await account.transcript(lectureId))).toEqual(lecture.seconds);
    expect(await run("jobs:requeue", { lectureId })).toBe("Nothing to do: the job is completed.");
  });

  it("jobs:inspect tells the whole story afterwards, with every step in order", async () => {
    const { timeline, pieces } = await inspect({ lectureId });
    const types = timeline.map((line) => line.split(" ")[1]);
    const order = ["job.created:", "job.received:", "job.canceled:", "job.retried:"];
    expect(types.filter((type) => type && order.includes(type))).toEqual(order);
    expect(types.filter((type) => type === "chunk.transcribed:")).toHaveLength(6);
    expect(types.at(-1)).toBe("job.completed:");
    expect(pieces.every((line) => /transcribed, .*took \d+ ms/.test(line))).toBe(true);
  });

  it("jobs:inspect says what is wrong with an id", async () => {
    const { code, stderr } = await project.convex("run", "jobs:inspect", '{"jobId": "?"}');
    expect(stderr).toContain("Give the jobId or the lectureId of an existing job.");
    expect(code).toBe(1);
  });

  it("jobs:sweep looks at everything and leaves a finished job alone", async () => {
    const before = await inspect({ lectureId });
    expect(await run("jobs:sweep")).toContain("The sweep has begun");
    const swept = async () => {
      const log = await deployed.functionLog(0);
      return log.filter(({ identifier }) => identifier === "pipeline/sweep.js:jobs").length;
    };
    await expect.poll(swept, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
    expect(await inspect({ lectureId })).toEqual(before);
  });
});

describe("npx convex data", () => {
  it.each([
    ["jobs", /status +\|/, /"completed"/],
    ["audioChunks", /state +\|/, /"transcribed"/],
    ["jobEvents", /detail +\|/, /"The notes are ready\."/],
  ])("shows %s in words", async (table, column, value) => {
    const printed = await project.succeed("data", table, "--order", "desc");
    expect(printed).toMatch(column);
    expect(printed).toMatch(value);
  });
});
