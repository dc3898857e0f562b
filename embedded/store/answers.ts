// What clients' mutations have answered, kept for when they are sent again: one row each, and no document with indexes.
import type { Connection } from "./connection.ts";

/** `request` counts up within a session. `logLinesJson`: the JSON of an array of strings. */
export type StoredAnswer = {
  session: string;
  request: number;
  /** The commit, in nanoseconds. */
  ts: bigint;
  identity: string;
  resultJson: string;
  logLinesJson: string;
};

const DAY_MS = 24 * 60 * 60_000;
/** Of so many sessions the newest request is known without asking SQLite. */
const MAX_KNOWN_SESSIONS = 10_000;

/** Rows lie together by day, so that old ones are found without an index; a session's are looked for in each day. */
const EACH_DAY = `
  WITH RECURSIVE days (day) AS (
    SELECT min(day) FROM answers
    UNION ALL
    SELECT (SELECT min(day) FROM answers WHERE day > days.day) FROM days WHERE days.day IS NOT NULL
  )`;

export class AnswerStore {
  readonly #connection: Connection;
  /**
   * The highest request of a session that may be stored. Higher than the truth after a rollback, which costs a look into
   * the table and no more; never lower.
   */
  readonly #newest = new Map<string, number>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  find(session: string, request: number): StoredAnswer | null {
    if (request > this.#newestOf(session)) return null;
    const found = this.#connection
      .statement<[string, string, string, string]>(
        // As text: a timestamp does not fit into a JavaScript number.
        `${EACH_DAY} SELECT CAST(ts AS TEXT), identity, result, log_lines
         FROM days CROSS JOIN answers USING (day) WHERE session = ? AND request = ?`,
      )
      .get(session, request);
    if (found === undefined) return null;
    const [ts, identity, resultJson, logLinesJson] = found;
    return { session, request, ts: BigInt(ts), identity, resultJson, logLinesJson };
  }

  /** @param nowMs decides until when it is kept */
  add(answer: StoredAnswer, nowMs: number): void {
    const { session, request, ts, identity, resultJson, logLinesJson } = answer;
    this.#connection
      .statement("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)")
      .run(dayOf(nowMs), session, request, ts, identity, resultJson, logLinesJson);
    if (request > this.#newestOf(session)) this.#newest.set(session, request);
  }

  /**
   * Removes up to `count` of those from days that had ended at `beforeMs`.
   *
   * @returns how many there were
   */
  removeOld(beforeMs: number, count: number): number {
    const old = this.#connection
      .statement<[number, string, number]>(
        "SELECT day, session, request FROM answers WHERE day < ? ORDER BY day LIMIT ? + 0",
      )
      .all(dayOf(beforeMs), count);
    const remove = this.#connection.statement(
      "DELETE FROM answers WHERE day = ? AND session = ? AND request = ?",
    );
    for (const key of old) remove.run(...key);
    return old.length;
  }

  #newestOf(session: string): number {
    const known = this.#newest.get(session);
    if (known !== undefined) return known;
    const found = this.#connection
      .statement<[number | null]>(
        `${EACH_DAY} SELECT max(request) FROM days CROSS JOIN answers USING (day) WHERE session = ?`,
      )
      .get(session);
    const newest = found?.[0] ?? -1;
    if (this.#newest.size >= MAX_KNOWN_SESSIONS) {
      for (const oldest of this.#newest.keys()) {
        this.#newest.delete(oldest);
        break;
      }
    }
    this.#newest.set(session, newest);
    return newest;
  }
}

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}
