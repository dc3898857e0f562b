// The limit: raw node:sqlite with the same durability, doing the same work without anything around it.
import { DatabaseSync } from "node:sqlite";

export class RawMessages {
  readonly #database: DatabaseSync;
  readonly #insert;
  readonly #get;
  readonly #latest;
  #count = 0;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
      CREATE TABLE messages (id TEXT PRIMARY KEY, room INTEGER, json TEXT);
      CREATE INDEX by_room ON messages (room);
    `);
    this.#insert = this.#database.prepare("INSERT INTO messages VALUES (?, ?, ?)");
    this.#get = this.#database.prepare("SELECT json FROM messages WHERE id = ?");
    this.#latest = this.#database.prepare(
      "SELECT json FROM messages WHERE room = ? ORDER BY rowid DESC LIMIT ?",
    );
  }

  /** One durable commit. Returns the id. */
  send(room: number): string {
    const id = `id${this.#count++}`;
    this.#insert.run(id, room, JSON.stringify({ room, author: "author 1", text: "message" }));
    return id;
  }

  fill(rooms: number, perRoom: number): string[] {
    this.#database.exec("BEGIN");
    const ids = Array.from({ length: rooms * perRoom }, (_, i) =>
      this.send(Math.floor(i / perRoom)),
    );
    this.#database.exec("COMMIT");
    return ids;
  }

  get(id: string): unknown {
    const row = this.#get.get(id) as { json: string } | undefined;
    return row === undefined ? null : JSON.parse(row.json);
  }

  latest(room: number, limit: number): unknown[] {
    // Written by `send`.
    const rows = this.#latest.all(room, limit) as { json: string }[];
    return rows.map(({ json }) => JSON.parse(json) as unknown);
  }

  close(): void {
    this.#database.close();
  }
}
