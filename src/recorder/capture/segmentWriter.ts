/** Puts one segment's slices on the disk in the order in which they came, and gives none of them up when the disk refuses. */
import type { Piece } from "../outbox/ledger.ts";
import { isQuotaError } from "./storageRoom.ts";
import type { Outbox } from "../outbox/outbox.ts";

const RETRY_MS = 1_000;

export type StorageTrouble = "full" | "failing";

export class SegmentWriter {
  readonly #outbox: Outbox;
  readonly #piece: Piece;
  readonly #onTrouble: (trouble: StorageTrouble | undefined) => void;
  #queue: Promise<void>;
  #writtenBytes = 0;

  /**
   * @param onTrouble told when the disk refuses (the slice is kept and tried again every second) and when it takes again
   */
  constructor(
    outbox: Outbox,
    piece: Omit<Piece, "status" | "sizeBytes" | "sliceCount" | "durationMs">,
    onTrouble: (trouble: StorageTrouble | undefined) => void,
  ) {
    this.#outbox = outbox;
    this.#onTrouble = onTrouble;
    this.#piece = { ...piece, status: "filling", sizeBytes: 0, sliceCount: 0, durationMs: 0 };
    this.#queue = this.#untilStored(() => outbox.addPiece(this.#piece));
  }

  get index(): number {
    return this.#piece.index;
  }

  get startMs(): number {
    return this.#piece.startMs;
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  write(slice: Blob): void {
    const { clientKey, index } = this.#piece;
    this.#queue = this.#queue.then(async () => {
      const bytes = await slice.arrayBuffer();
      await this.#untilStored(() => this.#outbox.appendSlice(clientKey, index, bytes));
      this.#writtenBytes += bytes.byteLength;
    });
  }

  /** Closes the piece once everything is on the disk. Returns false when there was nothing: such a piece disappears. */
  async end(known: Pick<Piece, "durationMs" | "overlapMs" | "sound">): Promise<boolean> {
    await this.#queue;
    if (this.#writtenBytes === 0) return this.takeBack();
    const { clientKey, index } = this.#piece;
    const change = { status: "waiting", ...known } as const;
    await this.#untilStored(() => this.#outbox.updatePiece(clientKey, index, change));
    return true;
  }

  /** Removes the piece. */
  async takeBack(): Promise<false> {
    await this.#queue;
    const { clientKey, index } = this.#piece;
    await this.#untilStored(() => this.#outbox.removePiece(clientKey, index));
    return false;
  }

  async #untilStored(store: () => Promise<void>): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        await store();
        if (failures > 0) this.#onTrouble(undefined);
        return;
      } catch (error) {
        this.#onTrouble(isQuotaError(error) ? "full" : "failing");
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
