// Turns the link to a lecture's notes on and off.
import { useMutation } from "convex/react";
import { Copy, Send } from "lucide-react";
import { useRef } from "react";
import { api } from "../../../convex/_generated/api.js";
import { useSessionQuery } from "../../app/session.ts";
import { useTask } from "../../app/useTask.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { SkeletonText } from "../../ui/Skeleton.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { showToast } from "../../ui/toast.ts";
import type { LectureDetails } from "../lecture/lecture.ts";
import styles from "./ShareDialog.module.css";

export default function ShareDialog({
  lecture,
  onOpenChange,
}: {
  lecture: LectureDetails;
  onOpenChange: (open: boolean) => void;
}) {
  const lectureId = lecture._id;
  const share = useSessionQuery(api.shares.get, { lectureId });
  const create = useMutation(api.shares.create);
  const revoke = useMutation(api.shares.revoke);
  const [isBusy, run] = useTask();

  const stop = async () => {
    const isDone = await run(
      () => revoke({ lectureId }),
      "The link could not be taken back. Please try again.",
    );
    if (isDone) showToast("The link no longer works.");
  };

  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title="Share these notes"
      description={
        <p>
          Whoever has the link can read the notes, without an account. The transcript and the audio
          stay with you.
        </p>
      }
    >
      <div className={styles.body}>
        {share === undefined ? (
          <SkeletonText lines={2} />
        ) : share === null ? (
          <Button
            variant="primary"
            busy={isBusy}
            onClick={() =>
              void run(() => create({ lectureId }), "The link could not be made. Please try again.")
            }
          >
            Make a link
          </Button>
        ) : (
          <>
            <SharedLink title={lecture.title} token={share.token} />
            <div>
              <Button variant="danger" busy={isBusy} onClick={() => void stop()}>
                Stop sharing
              </Button>
            </div>
          </>
        )}
      </div>
    </Dialog>
  );
}

function SharedLink({ title, token }: { title: string; token: string }) {
  const url = `${window.location.origin}/shared/${token}`;
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      showToast("The link is on the clipboard.");
    } catch {
      // Without https the clipboard is closed to pages: the link is marked, so that the person can copy it.
      field.current?.focus();
      field.current?.select();
    }
  };
  return (
    <>
      <TextField
        ref={field}
        label="Link to the notes"
        readOnly
        value={url}
        onFocus={(event) => event.target.select()}
      />
      <div className={styles.actions}>
        <Button
          variant="primary"
          icon={<Copy size={17} aria-hidden="true" />}
          onClick={() => void copy()}
        >
          Copy the link
        </Button>
        {"share" in navigator && (
          <Button
            icon={<Send size={17} aria-hidden="true" />}
            // Rejects when the person changes their mind, which is no failure.
            onClick={() => void navigator.share({ title, url }).catch(() => undefined)}
          >
            Send
          </Button>
        )}
      </div>
    </>
  );
}
