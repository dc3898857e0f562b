// How much one client may have the server remember: its queries and their arguments.
import { ProtocolError, type AddQuery } from "./clientMessages.ts";

/** Far more than any screen shows. */
const MOST_QUERIES = 20_000;
/** Characters of JSON. */
const MOST_ARGUMENTS = 64 << 20;

export class QueryQuota {
  readonly #sizes = new Map<number, number>();
  #total = 0;

  /** @throws ProtocolError when it would be too much */
  add({ queryId, args, journal }: AddQuery): void {
    const size = JSON.stringify(args).length + (journal?.length ?? 0);
    if (this.#sizes.size >= MOST_QUERIES || this.#total + size > MOST_ARGUMENTS) {
      throw new ProtocolError(
        `TooManyQueries: one client may watch ${String(MOST_QUERIES)} queries with ${String(MOST_ARGUMENTS >> 20)} MiB of arguments in all.`,
      );
    }
    this.#sizes.set(queryId, size);
    this.#total += size;
  }

  remove(queryId: number): void {
    this.#total -= this.#sizes.get(queryId) ?? 0;
    this.#sizes.delete(queryId);
  }
}
