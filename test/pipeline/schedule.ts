// One random schedule: everything that can happen next is a choice, and a seed makes the choices.
// Actions vanish, messages come late, twice or never, providers fail, people press buttons, the
// clock jumps. After every step the invariants are looked at; then the storm ends, and the lecture
// must be whole. The same seed gives the same schedule.
import { expect, vi } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Doc, Id } from "../../convex/_generated/dataModel.js";
import { SILENCE_DB, type Sound } from "../../domain/sound.ts";
import { expectAtRest, Watcher } from "./invariants.ts";
import { lecture as speech, refusal, type ProviderCall, type Spoken } from "./provider.ts";
import { seededRandom } from "../../embedded/server/testing/seededRandom.ts";
import { World, type Person } from "./world.ts";

/** Most schedules are short: what goes wrong, goes wrong within few steps. */
const STORM_STEPS = [40, 80, 120];
/** A piece of each length and how often something is said in it: long ones make windows, at no great cost. */
const PIECES = [
  { durationMs: 45_000, everyMs: 9000 },
  { durationMs: 240_000, everyMs: 16_000 },
];
const MAX_CALM_ATTEMPTS = 40;

type Message = { send: () => Promise<unknown>; settle: (result: "done" | "never") => void };
type Held = { call: ProviderCall; answer: (response: Response | undefined) => void };
type Lecture = { id: Id<"lectures">; pieces: number; sent: Set<number> };

export class Schedule {
  readonly log: string[] = [];
  readonly #random: () => number;
  #world!: World;
  #watcher!: Watcher;
  #person!: Person;
  #piece = { durationMs: 0, everyMs: 0 };
  #isMuted = false;
  #lectures: Lecture[] = [];
  #messages: Message[] = [];
  /** Messages that were delivered and may be delivered again. */
  #echoes: (() => Promise<unknown>)[] = [];
  #held: Held[] = [];
  #isCalm = false;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  async run(): Promise<void> {
    // The test database reports every action that fails.
    vi.spyOn(console, "error").mockImplementation(() => {});
    this.#world = await World.create(this.#random, false);
    try {
      await this.#begin();
      await this.#storm();
      await this.#calm();
      await this.#check();
    } finally {
      this.#world.close();
    }
  }

  async #begin(): Promise<void> {
    const cap = this.#pick([1, 2, 3, 8]);
    vi.stubEnv("LECTERN_MAX_CALLS_IN_FLIGHT", `${cap}`);
    vi.stubEnv("LECTERN_LANES", `${this.#pick([1, 2, 4])}`);
    if (this.#chance(0.4)) {
      vi.stubEnv("NOTES_BASE_URL", "http://provider.test/v1");
      vi.stubEnv("NOTES_MODEL", "test-writer");
    }
    this.#watcher = new Watcher(this.#world, cap);
    this.#piece = this.#pick(PIECES);
    this.#isMuted = this.#chance(0.3);
    this.#person = await this.#world.signUp();
    for (let at = 0; at < this.#pick([1, 1, 2]); at += 1) {
      const id = await this.#world.create(this.#person, `lecture ${at}`);
      const pieces = 1 + Math.floor(this.#random() * 5);
      this.#lectures.push({ id, pieces, sent: new Set() });
    }
    this.#world.provider.script = (call) => this.#hold(call);
    this.#world.instrument.intercept = async ({ name, proceed }) => {
      if (this.#strikes(0.06)) return await this.#die(`${name} before it begins`);
      return await proceed((send) => this.#carry(name, send));
    };
  }

  async #storm(): Promise<void> {
    const steps = this.#pick(STORM_STEPS);
    for (let step = 0; step < steps; step += 1) {
      await this.#step();
      await this.#world.quiet();
      await this.#watcher.look();
    }
  }

  async #step(): Promise<void> {
    const choices: [weight: number, act: () => Promise<void> | void][] = [
      [this.#world.clock.pending > 0 ? 10 : 0, () => this.#fire()],
      [this.#held.length * 4, () => this.#answer()],
      [this.#messages.length * 4, () => this.#deliver()],
      [this.#echoes.length > 0 ? 0.5 : 0, () => this.#echo()],
      [4, () => this.#addPiece()],
      [1.5, () => this.#finish()],
      [0.3, () => this.#press("cancel")],
      [0.8, () => this.#press("retry")],
      [0.2, () => this.#continue()],
      [0.1, () => this.#jump()],
    ];
    let left = this.#random() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, act] of choices) {
      left -= weight;
      if (left < 0) return await act();
    }
  }

  /** Runs something that is due, in any order; if nothing is, what comes next. */
  #fire(): void {
    const waiting = this.#world.clock.waiting();
    const due = waiting.filter(({ dueAt }) => dueAt <= Date.now());
    this.#note(`fire (${due.length} due of ${waiting.length})`);
    this.#world.clock.fire(due.length > 0 ? this.#pick(due) : waiting[0]);
  }

  #hold(call: ProviderCall): Promise<Response | undefined> | undefined {
    if (this.#isCalm) return undefined;
    this.#world.provider.held += 1;
    return new Promise((resolve, reject) => {
      const held: Held = {
        call,
        answer: (response) => {
          this.#letGo(held);
          resolve(response);
        },
      };
      this.#held.push(held);
      call.signal?.addEventListener("abort", () => {
        if (!this.#letGo(held)) return;
        reject(new DOMException("The call was given up.", "AbortError"));
      });
    });
  }

  #letGo(held: Held): boolean {
    if (!this.#held.includes(held)) return false;
    this.#held = this.#held.filter((other) => other !== held);
    this.#world.provider.held -= 1;
    return true;
  }

  #answer(): void {
    const held = this.#pick(this.#held);
    const kind = this.#chance(0.6)
      ? "well"
      : this.#pick(["500", "429", "429 with Retry-After", "400", "401", "HTML"]);
    this.#note(`the provider answers ${held.call.kind} ${held.call.index ?? ""} ${kind}`);
    const answers: Record<string, () => Response | undefined> = {
      well: () => undefined,
      "500": () => refusal(500),
      "429": () => refusal(429),
      "429 with Retry-After": () => refusal(429, { "Retry-After": "20" }),
      "400": () => refusal(400),
      "401": () => refusal(401),
      HTML: () => new Response("<html></html>"),
    };
    held.answer(answers[kind]?.());
  }

  /** A mutation that an action sends goes through the hands of the schedule. */
  async #carry(name: string, send: () => Promise<unknown>): Promise<unknown> {
    if (this.#isCalm) return await send();
    this.#world.vanished += 1;
    const result = await new Promise<"done" | "never">((settle) => {
      this.#messages.push({ send, settle });
    });
    if (result === "never") return await new Promise(() => {});
    this.#world.vanished -= 1;
    if (this.#strikes(0.05)) throw new Error(`${name} was killed after its save.`);
    return null;
  }

  async #deliver(): Promise<void> {
    const message = this.#pick(this.#messages);
    this.#messages = this.#messages.filter((other) => other !== message);
    if (this.#strikes(0.08)) {
      this.#note("a message is lost with its action");
      // It may still come, long after everybody has stopped waiting for it.
      if (this.#chance(0.5)) this.#echoes.push(message.send);
      return message.settle("never");
    }
    this.#note("a message is delivered");
    await message.send();
    if (this.#chance(0.2)) this.#echoes.push(message.send);
    message.settle("done");
  }

  async #echo(): Promise<void> {
    const send = this.#pick(this.#echoes);
    this.#echoes = this.#echoes.filter((other) => other !== send);
    this.#note("a message comes late or again");
    await send();
  }

  async #addPiece(): Promise<void> {
    const lecture = this.#pick(this.#lectures);
    const index = Math.floor(this.#random() * lecture.pieces);
    this.#note(`piece ${index} comes${lecture.sent.has(index) ? " again" : ""}`);
    await this.#send(lecture, index);
  }

  async #send(lecture: Lecture, index: number): Promise<void> {
    await this.#world.addPiece(this.#person, lecture.id, index, {
      durationMs: this.#piece.durationMs,
      spoken: this.#spoken(index),
      ...(this.#isSilent(index) ? { sound: this.#noSound() } : {}),
    });
    lecture.sent.add(index);
  }

  #spoken(index: number): Spoken {
    const { durationMs, everyMs } = this.#piece;
    return this.#isSilent(index)
      ? { durationMs, sentences: [] }
      : speech(index, durationMs, everyMs);
  }

  /** In some schedules the microphone is muted for every third piece. */
  #isSilent(index: number): boolean {
    return this.#isMuted && index % 3 === 2;
  }

  #noSound(): Sound {
    return {
      measuredAt: "microphone",
      measuredMs: this.#piece.durationMs,
      audibleMs: 0,
      peakDb: SILENCE_DB,
    };
  }

  async #finish(): Promise<void> {
    const lecture = this.#pick(this.#lectures);
    const count = lecture.sent.size;
    // Now and then a device is wrong about what there is, and the rest comes later.
    if (count === 0 || (count < lecture.pieces && !this.#chance(0.1))) return;
    this.#note(`finish with ${count} of ${lecture.pieces}`);
    await this.#world.finish(this.#person, lecture.id, count, this.#piece.durationMs);
  }

  async #press(button: "cancel" | "retry"): Promise<void> {
    const { id } = this.#pick(this.#lectures);
    this.#note(button);
    await this.#person.as.mutation(api.lectures[button], { lectureId: id });
  }

  async #continue(): Promise<void> {
    const lecture = this.#pick(this.#lectures);
    if (lecture.sent.size < lecture.pieces || lecture.pieces > 7) return;
    this.#note("continue");
    await this.#person.as.mutation(api.lectures.continueRecording, { lectureId: lecture.id });
    lecture.pieces += 1;
  }

  #jump(): void {
    const byMs = this.#pick([-3_600_000, 3_600_000]);
    this.#note(`the clock jumps by ${byMs} ms`);
    this.#world.clock.jump(byMs);
  }

  /** No more faults; people do what the app offers them. */
  async #calm(): Promise<void> {
    this.#note("calm");
    this.#isCalm = true;
    for (const { answer } of this.#held) answer(undefined);
    for (const message of this.#messages.splice(0)) {
      await message.send();
      message.settle("done");
    }
    for (const lecture of this.#lectures) {
      for (let index = 0; index < lecture.pieces; index += 1) await this.#send(lecture, index);
      await this.#world.finish(this.#person, lecture.id, lecture.pieces, this.#piece.durationMs);
    }
    for (let attempt = 0; attempt < MAX_CALM_ATTEMPTS; attempt += 1) {
      await this.#world.quiet();
      while (this.#world.clock.pending > 0) {
        await this.#world.step();
        await this.#watcher.look();
      }
      for (const send of this.#echoes.splice(0)) await send();
      const stopped = await this.#stopped();
      if (stopped.length === 0 && this.#world.clock.pending === 0) return;
      for (const { lectureId } of stopped) {
        await this.#person.as.mutation(api.lectures.retry, { lectureId });
      }
    }
    throw new Error("The lectures never came to an end.");
  }

  /** Jobs that wait for a person. Any other that is not completed is stuck. */
  async #stopped(): Promise<Doc<"jobs">[]> {
    const jobs = await this.#world.rows("jobs");
    const open = jobs.filter((job) => job.status !== "completed");
    const stuck = open.filter(({ status }) => status === "running" || status === "receiving");
    if (stuck.length > 0 && this.#world.clock.pending === 0) {
      throw new Error(`A job is ${stuck[0]?.status} and nothing is scheduled for it.`);
    }
    return open;
  }

  async #check(): Promise<void> {
    await expectAtRest(this.#world);
    const chunks = await this.#world.rows("audioChunks");
    for (const { id, pieces } of this.#lectures) {
      const own = chunks
        .filter((chunk) => chunk.lectureId === id)
        .toSorted((a, b) => a.index - b.index);
      expect(own).toHaveLength(pieces);
      for (const chunk of own) expectEarned(chunk, this.#isSilent(chunk.index));
      const heard = own.filter((chunk) => chunk.state === "transcribed");
      const said = heard.flatMap(({ index }) => this.#spoken(index).sentences);
      expect(await this.#world.transcript(id)).toBe(said.join(" "));
      const notes = await this.#person.as.query(api.notes.get, { lectureId: id });
      expect(notes?.sections.length).toBeGreaterThan(0);
      const isMissing = own.some((chunk) => chunk.state === "failed");
      expect(notes?.missing !== undefined).toBe(isMissing);
      const drafts = (await this.#world.rows("sectionDrafts")).filter(
        (draft) => draft.lectureId === id,
      );
      const ends = drafts.map((draft) => [draft.windowIndex, draft.startMs, draft.endMs]);
      for (const [at, [index, startMs = 0]] of ends.entries()) {
        expect(index).toBe(at);
        expect(startMs).toBeGreaterThanOrEqual(ends[at - 1]?.[2] ?? 0);
      }
      for (const { index } of heard) {
        const middleMs = (index + 0.5) * this.#piece.durationMs;
        const isWritten = drafts.some(
          (draft) => draft.startMs <= middleMs && middleMs <= draft.endMs,
        );
        if (!isWritten) throw new Error(`The notes know nothing of piece ${index}.`);
      }
    }
  }

  #die(what: string): Promise<never> {
    this.#note(`${what}: gone`);
    return this.#chance(0.5)
      ? this.#world.vanish()
      : Promise.reject(new Error("The machine was killed."));
  }

  #strikes(probability: number): boolean {
    return !this.#isCalm && this.#chance(probability);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error("There is nothing to pick from.");
    return item;
  }

  #note(line: string): void {
    this.log.push(line);
  }
}

/** A piece is left out only when it holds no sound, or when everything that the rules allow was tried. */
function expectEarned(chunk: Doc<"audioChunks">, isSilent: boolean): void {
  if (chunk.state === (isSilent ? "skipped" : "transcribed")) return;
  expect(chunk.state).toBe("failed");
  const { refusals, attempts, losses } = chunk;
  if (refusals < 2 && attempts < 6 && losses < 20) {
    throw new Error(`Piece ${chunk.index} was given up too soon: ${JSON.stringify(chunk)}`);
  }
}
