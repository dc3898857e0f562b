/** What a person adds while a lecture is recorded: marks, title and course. Stored at once; said when that fails. */
import { MAX_MARKS } from "../../domain/limits.ts";
import type { Problem } from "./outbox/ledger.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { Mark } from "./prepareRecording.ts";
import { notKept, tooManyMarks } from "./recorderProblems.ts";

export type AdditionEvents = {
  onMarks: (marks: readonly Mark[]) => void;
  /** Undefined when the last addition was stored. */
  onProblem: (problem: Problem | undefined) => void;
};

export class LectureAdditions {
  readonly #outbox: Outbox;
  readonly #clientKey: string;
  readonly #events: AdditionEvents;
  #marks: readonly Mark[];

  constructor(
    outbox: Outbox,
    lecture: { clientKey: string; marks: readonly Mark[] },
    events: AdditionEvents,
  ) {
    this.#outbox = outbox;
    this.#clientKey = lecture.clientKey;
    this.#marks = lecture.marks;
    this.#events = events;
  }

  /** Returns false, and says so, when there are as many as a lecture can have. */
  async addMark(mark: Mark): Promise<boolean> {
    if (this.#marks.length >= MAX_MARKS) {
      this.#events.onProblem(tooManyMarks);
      return false;
    }
    this.#showMarks([...this.#marks, mark]);
    await this.#storeMark(mark, "waiting");
    return true;
  }

  async noteMark(markKey: string, note: string | undefined): Promise<void> {
    const before = this.#marks.find((mark) => mark.markKey === markKey);
    if (!before) return;
    const after = { ...before, note };
    this.#showMarks(this.#marks.map((mark) => (mark === before ? after : mark)));
    await this.#storeMark(after, "waiting");
  }

  async removeMark(markKey: string): Promise<void> {
    const removed = this.#marks.find((mark) => mark.markKey === markKey);
    if (!removed) return;
    this.#showMarks(this.#marks.filter((mark) => mark !== removed));
    await this.#storeMark(removed, "removing");
  }

  async setDetails(details: { title?: string; course?: string }): Promise<void> {
    await this.#keep("title", async () => {
      const stored = await this.#outbox.lecture(this.#clientKey);
      const detailsChanged = stored?.createTried ?? false;
      await this.#outbox.updateLecture(this.#clientKey, { ...details, detailsChanged });
    });
  }

  #showMarks(marks: readonly Mark[]): void {
    this.#marks = marks;
    this.#events.onMarks(marks);
  }

  #storeMark(mark: Mark, status: "waiting" | "removing"): Promise<void> {
    const clientKey = this.#clientKey;
    return this.#keep("mark", () => this.#outbox.putMark({ clientKey, ...mark, status }));
  }

  async #keep(what: "mark" | "title", store: () => Promise<void>): Promise<void> {
    try {
      await store();
      this.#events.onProblem(undefined);
    } catch (error) {
      this.#events.onProblem(notKept(what, error));
    }
  }
}
