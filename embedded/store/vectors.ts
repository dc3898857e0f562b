// Vectors as rows: the only file that reads and writes the `v<I>` tables.
import type { Index } from "./catalog.ts";
import type { Connection } from "./connection.ts";

export type VectorEntry = { vector: Float32Array; filters: Uint8Array };

export class VectorStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add(index: Index, row: number, internalId: Uint8Array, entry: VectorEntry): void {
    const { vector } = entry;
    const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
    this.#connection
      .statement(`INSERT INTO v${index.id} (row, id, filters, vector) VALUES (?, ?, ?, ?)`)
      .run(row, internalId, entry.filters, bytes);
  }

  remove(index: Index, row: number): void {
    this.#connection.statement(`DELETE FROM v${index.id} WHERE row = ?`).run(row);
  }

  /** All entries; nothing may be written meanwhile. */
  *scan(index: Index): Generator<{ internalId: Uint8Array; entry: VectorEntry }> {
    const statement = this.#connection.statement<[Uint8Array, Uint8Array, Uint8Array]>(
      `SELECT id, filters, vector FROM v${index.id}`,
    );
    for (const [internalId, filters, bytes] of statement.iterate()) {
      // Copied, because a Float32Array must start at a multiple of 4.
      const vector = new Float32Array(bytes.slice().buffer);
      yield { internalId, entry: { vector, filters } };
    }
  }
}
