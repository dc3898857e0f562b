// Takes a recording from this device as a file: when the server refuses it, or whenever somebody wants it in their own hands.
import { Download } from "lucide-react";
import { useState } from "react";
import { formatDuration } from "../../../domain/time.ts";
import { Button } from "../../ui/Button.tsx";
import { ProgressBar } from "../../ui/ProgressBar.tsx";
import { showToast } from "../../ui/toast.ts";
import type { DeviceLecture } from "./deviceLecture.ts";
import { saveCopy, type SavedCopy } from "./saveCopy.ts";
import styles from "./SaveCopyButton.module.css";

export function SaveCopyButton({ lecture }: { lecture: DeviceLecture }) {
  const [share, setShare] = useState<number>();
  const name = lecture.title ?? `Lecture ${sortableWhen(lecture.recordedAt)}`;
  const save = async () => {
    setShare(0);
    try {
      const saved = await saveCopy({ clientKey: lecture.clientKey, name }, setShare);
      if (saved) showToast(savedWords(saved));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      showToast(
        `“${name}” could not be saved as a file: ${reason}. The recording is still on this device; make room, then try again.`,
        { tone: "danger" },
      );
    } finally {
      setShare(undefined);
    }
  };
  return (
    <div className={styles.save}>
      <Button
        busy={share !== undefined}
        icon={<Download size={18} aria-hidden="true" />}
        onClick={() => void save()}
      >
        Save a copy on this device
      </Button>
      {share !== undefined && (
        <ProgressBar size="thin" label={`Saving a copy of “${name}”`} value={share * 100} />
      )}
    </div>
  );
}

function savedWords({ fileNames, durationMs, leftOutCount }: SavedCopy): string {
  const names = fileNames.map((fileName) => `“${fileName}”`).join(" and ");
  const rest =
    leftOutCount > 0 ? " What the server already has of the recording is not in it." : "";
  return `${formatDuration(durationMs)} saved as ${names}.${rest}`;
}

/** "2026-11-25 14.05": in a folder, names like this stand in the order of their time. */
function sortableWhen(timeMs: number): string {
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" })
    .format(timeMs)
    .replace(":", ".");
}
