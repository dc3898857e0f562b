/**
 * The outbox: everything recorded or brought in that the server has not confirmed yet, on this device's disk.
 * Every change is on disk before its promise resolves, so that a killed page loses at most what was not given to it yet.
 */
import type {
  LectureLedger,
  LocalLecture,
  Piece,
  Problem,
  StoredMark,
  TextChunk,
} from "./ledger.ts";
import { OutboxDatabase, type OutboxSchema } from "./outboxDatabase.ts";

export class Outbox {
  readonly #database: OutboxDatabase;
  readonly #channel: BroadcastChannel | undefined;
  readonly #listeners = new Set<() => void>();

  private constructor(database: OutboxDatabase, name: string) {
    this.#database = database;
    if (typeof BroadcastChannel === "undefined") return;
    this.#channel = new BroadcastChannel(`${name} changed`);
    this.#channel.onmessage = () => this.#tellListeners();
  }

  /** Opens the outbox of this browser profile. All tabs share one. */
  static async open(name = "lectern-outbox"): Promise<Outbox> {
    const database = new OutboxDatabase(name);
    await database.connect();
    return new Outbox(database, name);
  }

  /** Calls back after every change, whichever tab made it. Returns how to stop listening. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#channel?.close();
    await this.#database.close();
  }

  // Lectures

  async addLecture(lecture: LocalLecture): Promise<void> {
    const transaction = await this.#database.change("lectures");
    await transaction.store.add(lecture);
    await transaction.done;
    this.#changed();
  }

  async lecture(clientKey: string): Promise<LocalLecture | undefined> {
    return (await this.#database.look("lectures")).store.get(clientKey);
  }

  /** Oldest first. */
  async lectures(): Promise<LocalLecture[]> {
    const lectures = await (await this.#database.look("lectures")).store.getAll();
    return lectures.sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Changes some fields; does nothing when the lecture is no longer here. */
  async updateLecture(clientKey: string, change: Partial<LocalLecture>): Promise<void> {
    await this.#revise("lectures", clientKey, (lecture) => ({ ...lecture, ...change }));
  }

  async setProblem(clientKey: string, problem: Problem | undefined): Promise<void> {
    await this.updateLecture(clientKey, { problem });
  }

  async ledger(clientKey: string): Promise<LectureLedger | undefined> {
    const transaction = await this.#database.look("lectures", "pieces", "textChunks", "marks");
    const [lecture, pieces, textChunks, marks] = await Promise.all([
      transaction.objectStore("lectures").get(clientKey),
      transaction.objectStore("pieces").getAll(everythingOf(clientKey)),
      transaction.objectStore("textChunks").getAll(everythingOf(clientKey)),
      transaction.objectStore("marks").getAll(everythingOf(clientKey)),
      transaction.done,
    ]);
    return lecture && { lecture, pieces, textChunks, marks };
  }

  /** Removes every trace of a lecture from this device. */
  async forget(clientKey: string): Promise<void> {
    const transaction = await this.#database.change(
      "lectures",
      "files",
      "pieces",
      "slices",
      "textChunks",
      "marks",
    );
    await Promise.all([
      transaction.objectStore("lectures").delete(clientKey),
      transaction.objectStore("files").delete(clientKey),
      transaction.objectStore("pieces").delete(everythingOf(clientKey)),
      transaction.objectStore("slices").delete(everythingOf(clientKey)),
      transaction.objectStore("textChunks").delete(everythingOf(clientKey)),
      transaction.objectStore("marks").delete(everythingOf(clientKey)),
      transaction.done,
    ]);
    this.#changed();
  }

  /**
   * Throws a lecture's audio on this device away. A new lecture is removed from the server too; one that was continued
   * keeps what it had, and what the server already has of this session.
   */
  async discard(clientKey: string): Promise<void> {
    const ledger = await this.ledger(clientKey);
    if (!ledger) return;
    const continued = ledger.lecture.firstIndex > 0;
    const confirmed = ledger.pieces.filter((piece) => piece.status === "confirmed");
    // Pieces go up two at a time: an unsent one may have a confirmed one after it, and must then be sent after all.
    const keepUpTo = continued ? Math.max(-1, ...confirmed.map((piece) => piece.index)) : -1;
    const transaction = await this.#database.change("lectures", "pieces", "slices", "files");
    const from = IDBKeyRange.bound([clientKey, keepUpTo + 1], [clientKey, []]);
    await Promise.all([
      transaction.objectStore("pieces").delete(from),
      transaction.objectStore("slices").delete(from),
      transaction.objectStore("files").delete(clientKey),
      transaction.objectStore("lectures").put({
        ...ledger.lecture,
        problem: undefined,
        intake: continued ? "complete" : "discarded",
      }),
      transaction.done,
    ]);
    this.#changed();
  }

  // Pieces and their bytes

  /** Opens a piece; its bytes follow in slices. */
  async addPiece(piece: Piece): Promise<void> {
    const transaction = await this.#database.change("pieces");
    await transaction.store.add(piece);
    await transaction.done;
    this.#changed();
  }

  /** Appends bytes to a piece that is being filled. */
  async appendSlice(clientKey: string, index: number, bytes: ArrayBuffer): Promise<void> {
    const transaction = await this.#database.change("pieces", "slices");
    const piece = await transaction.objectStore("pieces").get([clientKey, index]);
    if (!piece) throw new Error(`Piece ${index} of this lecture is not on this device.`);
    const { sliceCount, sizeBytes } = piece;
    await Promise.all([
      transaction.objectStore("slices").add(bytes, [clientKey, index, sliceCount]),
      transaction.objectStore("pieces").put({
        ...piece,
        sliceCount: sliceCount + 1,
        sizeBytes: sizeBytes + bytes.byteLength,
      }),
      transaction.done,
    ]);
    this.#changed();
  }

  /** Adds a whole piece in one step: after a crash it is either there or not. */
  async addWholePiece(
    piece: Omit<Piece, "status" | "sizeBytes" | "sliceCount">,
    bytes: Blob | ArrayBuffer,
  ): Promise<void> {
    const transaction = await this.#database.change("pieces", "slices");
    await Promise.all([
      transaction.objectStore("slices").put(bytes, [piece.clientKey, piece.index, 0]),
      transaction.objectStore("pieces").put({
        ...piece,
        status: "waiting",
        sizeBytes: bytes instanceof Blob ? bytes.size : bytes.byteLength,
        sliceCount: 1,
      }),
      transaction.done,
    ]);
    this.#changed();
  }

  /** Changes some fields; does nothing when the piece is no longer here. */
  async updatePiece(clientKey: string, index: number, change: Partial<Piece>): Promise<void> {
    await this.#revise("pieces", [clientKey, index], (piece) => ({ ...piece, ...change }));
  }

  /** The server has it: the bytes can go, the ledger's line stays until the lecture is finished. */
  async confirmPiece(clientKey: string, index: number): Promise<void> {
    const transaction = await this.#database.change("pieces", "slices");
    const piece = await transaction.objectStore("pieces").get([clientKey, index]);
    await Promise.all([
      piece && transaction.objectStore("pieces").put({ ...piece, status: "confirmed" }),
      transaction.objectStore("slices").delete(everythingOf(clientKey, index)),
      transaction.done,
    ]);
    this.#changed();
  }

  /** Removes a piece that turned out to hold nothing. */
  async removePiece(clientKey: string, index: number): Promise<void> {
    const transaction = await this.#database.change("pieces", "slices");
    await Promise.all([
      transaction.objectStore("pieces").delete([clientKey, index]),
      transaction.objectStore("slices").delete(everythingOf(clientKey, index)),
      transaction.done,
    ]);
    this.#changed();
  }

  async piece(clientKey: string, index: number): Promise<Piece | undefined> {
    return (await this.#database.look("pieces")).store.get([clientKey, index]);
  }

  /** A piece's bytes as one file. */
  async bytes(clientKey: string, index: number, mimeType: string): Promise<Blob> {
    const { store } = await this.#database.look("slices");
    const slices = await store.getAll(everythingOf(clientKey, index));
    return new Blob(slices, { type: mimeType });
  }

  // Text

  /** Adds a whole lecture of text in one step. */
  async addTextLecture(lecture: LocalLecture, chunks: TextChunk[]): Promise<void> {
    const { clientKey } = lecture;
    const transaction = await this.#database.change("lectures", "textChunks");
    const added = chunks.map((chunk, index) =>
      transaction.objectStore("textChunks").put({ clientKey, index, chunk, status: "waiting" }),
    );
    await Promise.all([
      ...added,
      transaction.objectStore("lectures").add(lecture),
      transaction.done,
    ]);
    this.#changed();
  }

  async confirmTextChunks(clientKey: string, firstIndex: number, count: number): Promise<void> {
    const transaction = await this.#database.change("textChunks");
    for (let index = firstIndex; index < firstIndex + count; index++) {
      const stored = await transaction.store.get([clientKey, index]);
      if (stored) await transaction.store.put({ ...stored, status: "confirmed" });
    }
    await transaction.done;
    this.#changed();
  }

  // Marks

  async putMark(mark: StoredMark): Promise<void> {
    const transaction = await this.#database.change("marks");
    await transaction.store.put(mark);
    await transaction.done;
    this.#changed();
  }

  /** Takes a mark away if it is still as it was when it was sent (somebody may have renamed it meanwhile). */
  async settleMark(sent: StoredMark): Promise<void> {
    const transaction = await this.#database.change("marks");
    const now = await transaction.store.get([sent.clientKey, sent.markKey]);
    if (now?.status === sent.status && now.note === sent.note) {
      if (sent.status === "removing")
        await transaction.store.delete([sent.clientKey, sent.markKey]);
      else await transaction.store.put({ ...now, status: "confirmed" });
    }
    await transaction.done;
    this.#changed();
  }

  // Chosen files

  async keepFile(clientKey: string, file: File | FileSystemFileHandle): Promise<void> {
    const transaction = await this.#database.change("files");
    await Promise.all([transaction.store.put(file, clientKey), transaction.done]);
  }

  async keptFile(clientKey: string): Promise<File | FileSystemFileHandle | undefined> {
    return (await this.#database.look("files")).store.get(clientKey);
  }

  async dropFile(clientKey: string): Promise<void> {
    const transaction = await this.#database.change("files");
    await Promise.all([transaction.store.delete(clientKey), transaction.done]);
  }

  async #revise<Name extends "lectures" | "pieces">(
    store: Name,
    key: OutboxSchema[Name]["key"],
    change: (value: OutboxSchema[Name]["value"]) => OutboxSchema[Name]["value"],
  ): Promise<void> {
    const transaction = await this.#database.change(store);
    const value = await transaction.store.get(key);
    if (value) await transaction.store.put(change(value));
    await transaction.done;
    this.#changed();
  }

  #changed(): void {
    this.#channel?.postMessage("changed");
    this.#tellListeners();
  }

  #tellListeners(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** An array sorts after every number and string, so this is the range of all keys that begin like this. */
function everythingOf(...start: [string] | [string, number]): IDBKeyRange {
  return IDBKeyRange.bound(start, [...start, []]);
}
