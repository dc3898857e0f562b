// The earlier versions of the notes, each of which can be brought back.
import { useMutation } from "convex/react";
import { api } from "../../../../convex/_generated/api.js";
import type { Id } from "../../../../convex/_generated/dataModel.js";
import { useSessionQuery } from "../../../app/session.ts";
import { useTask } from "../../../app/useTask.ts";
import { Button } from "../../../ui/Button.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { SkeletonText } from "../../../ui/Skeleton.tsx";
import { showToast } from "../../../ui/toast.ts";
import { formatWhen } from "../../library/dates.ts";
import styles from "./VersionsDialog.module.css";

const reasonWords = {
  written: "Written",
  edited: "Changed by you",
  regenerated: "Written again",
  restored: "Brought back",
} as const;

export default function VersionsDialog({
  lectureId,
  onOpenChange,
}: {
  lectureId: Id<"lectures">;
  onOpenChange: (open: boolean) => void;
}) {
  const versions = useSessionQuery(api.notes.versions, { lectureId });
  const restore = useMutation(api.notes.restore);
  const [isBusy, run] = useTask();

  const bringBack = async (version: number) => {
    const isDone = await run(
      () => restore({ lectureId, version }),
      "This version could not be brought back. Please try again.",
    );
    if (!isDone) return;
    onOpenChange(false);
    showToast(`Version ${version} is back. The notes before it are kept too.`);
  };

  return (
    <Dialog open onOpenChange={onOpenChange} title="Versions of the notes">
      {versions === undefined ? (
        <SkeletonText lines={3} />
      ) : (
        <ol className={styles.versions}>
          {versions.map((version, place) => (
            <li key={version.version} className={styles.version}>
              <div className={styles.words}>
                <p className={styles.name}>
                  {reasonWords[version.reason]}
                  {version.reason !== "edited" && `, ${version.writer.name}`}
                </p>
                <p className={styles.when}>
                  Version {version.version} · {formatWhen(version.createdAt, Date.now())}
                </p>
              </div>
              {place === 0 ? (
                <span className={styles.now}>Shown now</span>
              ) : (
                <Button
                  disabled={isBusy}
                  aria-label={`Bring back version ${version.version}`}
                  onClick={() => void bringBack(version.version)}
                >
                  Bring back
                </Button>
              )}
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
}
