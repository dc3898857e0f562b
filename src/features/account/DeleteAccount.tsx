// Deletes the account with everything in it, after asking.
import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../../convex/_generated/api.js";
import { inWords } from "../../app/errorMessage.ts";
import { Button } from "../../ui/Button.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { showToast } from "../../ui/toast.ts";
import { deviceOutbox } from "../upload/deviceOutbox.ts";
import { useLeave } from "./leave.ts";

export function DeleteAccount({ userId, isAnonymous }: { userId: string; isAnonymous: boolean }) {
  const remove = useMutation(api.account.remove);
  const leave = useLeave();
  const [isAsking, setAsking] = useState(false);
  const what = isAnonymous ? "library" : "account";

  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        Delete this {what}
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        danger
        title={`Delete this ${what} and all its lectures?`}
        confirmLabel="Delete everything"
        onConfirm={async () => {
          await inWords(remove({}), "Nothing was deleted: the server did not answer. Try again.");
          await forgetOnThisDevice(userId);
          await leave();
          showToast(`The ${what} was deleted.`);
        }}
      >
        <p>
          Every recording, transcript and note goes for good, here and on the server, and shared
          links stop working. There is no way back.
        </p>
      </ConfirmDialog>
    </>
  );
}

/** What waited to be sent has no place to go any more. */
async function forgetOnThisDevice(userId: string): Promise<void> {
  // A browser that keeps nothing for the page has nothing to forget.
  const outbox = await deviceOutbox().catch(() => undefined);
  if (!outbox) return;
  for (const { clientKey, ownerId } of await outbox.lectures()) {
    if (ownerId === userId) await outbox.forget(clientKey);
  }
}
