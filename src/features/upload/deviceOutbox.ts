/** The one outbox of this page, opened when it is first needed. */
import { Outbox } from "../../recorder/outbox/outbox.ts";

let opened: Promise<Outbox> | undefined;

/** @throws when this browser lets the page keep nothing (some private windows) */
export function deviceOutbox(): Promise<Outbox> {
  opened ??= Outbox.open().catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}
