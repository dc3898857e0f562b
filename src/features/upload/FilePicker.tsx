// Where files are chosen or dropped. Files dropped anywhere on the page count, so that a near miss doesn't open them.
import { Upload } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { classNames } from "../../ui/classNames.ts";
import styles from "./FilePicker.module.css";

const ACCEPT = [
  "audio/*",
  "video/*",
  ".mp3,.m4a,.m4b,.mp4,.mov,.mkv,.webm,.ogg,.oga,.opus,.wav,.flac,.aac,.ts",
  ".vtt,.srt,.sbv,.txt,.md,text/plain,text/vtt,text/markdown",
].join(",");

export function FilePicker({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const id = useId();
  const isOver = useFileDrop(onFiles);
  return (
    <div className={classNames(styles.zone, isOver && styles.over)}>
      <input
        id={id}
        type="file"
        multiple
        accept={ACCEPT}
        className={styles.input}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          onFiles(Array.from(event.target.files ?? []));
          // So that choosing the same file again is noticed.
          event.target.value = "";
        }}
      />
      <label htmlFor={id} className={styles.label}>
        <span className={styles.icon} aria-hidden="true">
          <Upload size={26} />
        </span>
        <span>Choose files</span>
      </label>
      <p id={`${id}-hint`} className={styles.hint}>
        {isOver
          ? "Let go to add them."
          : "Audio or video of any length, captions (.vtt, .srt) or text. Or drop them here. Of a video only the sound is sent."}
      </p>
    </div>
  );
}

/** True while files are dragged over the page. */
function useFileDrop(onFiles: (files: readonly File[]) => void): boolean {
  const [isOver, setIsOver] = useState(false);
  const latest = useRef(onFiles);
  useEffect(() => {
    latest.current = onFiles;
  });
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const onOver = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setIsOver(true);
    };
    const onLeave = (event: DragEvent) => {
      // Left the window, not just one element for another.
      if (event.relatedTarget === null) setIsOver(false);
    };
    const onDrop = (event: DragEvent) => {
      setIsOver(false);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      latest.current(Array.from(event.dataTransfer?.files ?? []));
    };
    window.addEventListener("dragover", onOver, { signal });
    window.addEventListener("dragleave", onLeave, { signal });
    window.addEventListener("drop", onDrop, { signal });
    return () => controller.abort();
  }, []);
  return isOver;
}
