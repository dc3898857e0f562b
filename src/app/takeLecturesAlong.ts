// Ends a transfer: the lectures of the anonymous account now belong to the one that is signed in, here and on the server.
import { showToast } from "../ui/toast.ts";
import { backendError } from "./errorMessage.ts";
import { keepTransfer, type PendingTransfer } from "./rememberedAccount.ts";

/** Rejects when there was no answer; the transfer is then still pending. */
export async function takeLecturesAlong(
  transfer: PendingTransfer,
  toUserId: string,
  finish: (secret: string) => Promise<{ lectures: number }>,
): Promise<void> {
  let lectures: number;
  try {
    ({ lectures } = await finish(transfer.secret));
  } catch (error) {
    const refused = backendError(error);
    if (!refused) throw error;
    // Used or expired: trying again would not help. What is only here can still be sent by the new account alone.
    await adoptOnThisDevice(transfer.fromUserId, toUserId);
    keepTransfer(undefined);
    showToast(`Your earlier lectures could not be taken along. ${refused.message}`, {
      tone: "danger",
    });
    return;
  }
  await adoptOnThisDevice(transfer.fromUserId, toUserId);
  keepTransfer(undefined);
  if (lectures > 0) {
    showToast(
      lectures === 1 ? "Your lecture came along." : `Your ${lectures} lectures came along.`,
    );
  }
}

/** What has not been sent yet must go to the new account: the old one can't be signed in to any more. */
async function adoptOnThisDevice(fromUserId: string, toUserId: string): Promise<void> {
  const { deviceOutbox } = await import("../features/upload/deviceOutbox.ts");
  // A browser that keeps nothing for the page has nothing to adopt.
  const outbox = await deviceOutbox().catch(() => undefined);
  if (!outbox) return;
  for (const { clientKey, ownerId } of await outbox.lectures()) {
    if (ownerId === fromUserId) await outbox.updateLecture(clientKey, { ownerId: toUserId });
  }
}
