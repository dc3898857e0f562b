// A job whose speech becomes text on the backend's own machine: few calls at once, and a model that
// has to be downloaded first.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { json } from "../../test/pipeline/provider.ts";
import { saidIn, World, type Person } from "../../test/pipeline/world.ts";
import { api } from "../_generated/api.js";

let world: World;
let person: Person;
beforeEach(async () => {
  world = await World.create();
  vi.stubEnv("TRANSCRIPTION_BASE_URL", "http://127.0.0.1:40123/lectern-speech/v1");
  person = await world.signUp();
});
afterEach(() => world.close());

/** As local-ai/ answers. */
function notReady(status: number, code: string, message: string, headers = {}) {
  const answer = json({ error: { message, code, type: "server_error", param: null } });
  return new Response(answer.body, { status, headers: { ...headers } });
}

describe("a model that is being downloaded", () => {
  it("is waited for as long as it takes, and the page can say how far it is", async () => {
    const downloading = (percent: number) =>
      `The speech model small-q5_1 is being downloaded, once: ${percent} % of 190 MB.`;
    world.provider.script = ({ number }) =>
      number < 60
        ? notReady(503, "model_loading", downloading(number), { "Retry-After": "10" })
        : undefined;
    const lectureId = await world.record(person, { pieces: 6 });
    await world.until(async () => (await world.job(lectureId)).status === "paused");
    const job = await world.job(lectureId);
    expect(job.error?.message).toMatch(/^The speech model small-q5_1 is being downloaded, once: /u);
    expect((job.resumeAt ?? 0) - Date.now()).toBe(10_000);

    await world.settle();
    expect(await world.job(lectureId)).toMatchObject({ status: "completed", circuitOpenings: 0 });
    expect(await world.transcript(lectureId)).toBe(saidIn(6));
    expect(await world.rows("audioChunks")).toEqual(
      Array.from({ length: 6 }, () => expect.objectContaining({ attempts: 0 }) as unknown),
    );
  });

  it("that can't be had stops the job with what to do; Retry goes on when it was done", async () => {
    const sentence = "The speech model could not be downloaded: do this and that.";
    world.provider.script = () => notReady(501, "model_unavailable", sentence);
    const lectureId = await world.record(person, { pieces: 3 });
    await world.settle();
    const job = await world.job(lectureId);
    expect(job).toMatchObject({ status: "paused", error: { message: sentence } });
    expect(job.resumeAt).toBeUndefined();

    world.provider.script = () => undefined;
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    expect(await world.transcript(lectureId)).toBe(saidIn(3));
  });
});

describe("a machine that transcribes by itself", () => {
  it("is asked for two pieces of a lecture at a time, and never for more than three in all", async () => {
    for (const clientKey of ["one", "two", "three"]) {
      await world.record(person, { pieces: 5, clientKey });
    }
    await world.settle();
    expect(world.provider.peakInFlight).toBeLessThanOrEqual(3);
    expect(world.provider.heard()).toHaveLength(15);
  });
});
