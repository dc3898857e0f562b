// The answers kept for replayed mutations, as a transaction sees them.
import { DatabaseError } from "./errors.ts";
import type { TransactionState } from "./transactionState.ts";
import type { KeptAnswer, KeptAnswers } from "./types.ts";

export class TransactionAnswers implements KeptAnswers {
  readonly #state: TransactionState;

  constructor(state: TransactionState) {
    this.#state = state;
  }

  find(session: string, request: number): (KeptAnswer & { ts: bigint }) | null {
    this.#state.checkUsable();
    return this.#state.host.store.answers.find(session, request);
  }

  keep(answer: KeptAnswer): void {
    const state = this.#state;
    state.checkWritable();
    if (state.answer !== null) {
      throw new DatabaseError("AnswerKept", "A transaction keeps one answer, and has one already.");
    }
    state.answer = answer;
  }

  forget(beforeMs: number, count: number): number {
    const state = this.#state;
    state.checkWritable();
    return state.storing(() => state.host.store.answers.removeOld(beforeMs, count));
  }
}
