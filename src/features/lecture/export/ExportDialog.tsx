// Takes a lecture along: notes, transcript and definitions as files, on the clipboard, or on paper.
import { useConvex } from "convex/react";
import { ClipboardCopy, FileDown, Printer } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { ExportedNotes } from "../../../../domain/exports/exportedLecture.ts";
import { exportFileName } from "../../../../domain/exports/fileName.ts";
import { notesToMarkdown } from "../../../../domain/exports/notesMarkdown.ts";
import { errorMessage } from "../../../app/errorMessage.ts";
import { Button } from "../../../ui/Button.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { ProgressBar } from "../../../ui/ProgressBar.tsx";
import { showToast } from "../../../ui/toast.ts";
import { formatWhen } from "../../library/dates.ts";
import { isAtWork, type LectureDetails, type Notes } from "../lecture.ts";
import { collectTranscript } from "./collectTranscript.ts";
import {
  flashcardFormats,
  notesFormats,
  transcriptFormats,
  type NotesFormat,
  type TranscriptFormat,
} from "./formats.ts";
import { saveFile } from "./saveFile.ts";
import styles from "./ExportDialog.module.css";

export default function ExportDialog({
  lecture,
  notes,
  onOpenChange,
}: {
  lecture: LectureDetails;
  notes: Notes | undefined;
  onOpenChange: (open: boolean) => void;
}) {
  const convex = useConvex();
  /** How much of the transcript has come, 0 to 1, while a file of it is made. */
  const [share, setShare] = useState<number>();
  const exported: ExportedNotes | undefined = notes && {
    title: lecture.title,
    course: lecture.course,
    when: formatWhen(lecture.recordedAt, Date.now()),
    notes,
  };

  const saveNotes = (format: NotesFormat) => {
    if (!exported) return;
    saveFile(
      exportFileName(lecture.title, format.extension),
      format.mimeType,
      format.make(exported),
    );
  };
  const saveTranscript = async (format: TranscriptFormat) => {
    setShare(0);
    try {
      const segments = await collectTranscript(
        convex,
        lecture._id,
        lecture.transcriptChunkCount,
        setShare,
      );
      saveFile(
        exportFileName(lecture.title, format.extension),
        format.mimeType,
        format.make(lecture.title, segments),
      );
    } catch (error) {
      showToast(errorMessage(error, "The transcript could not be fetched. Please try again."), {
        tone: "danger",
      });
    } finally {
      setShare(undefined);
    }
  };

  return (
    <Dialog open onOpenChange={onOpenChange} title="Take this lecture along">
      <div className={styles.groups}>
        {exported && (
          <Group title="Notes">
            {notesFormats.map((format) => (
              <FileButton key={format.label} format={format} onClick={() => saveNotes(format)} />
            ))}
            <Button
              icon={<ClipboardCopy size={17} aria-hidden="true" />}
              onClick={() => void copy(notesToMarkdown(exported))}
            >
              Copy
            </Button>
            <Button
              icon={<Printer size={17} aria-hidden="true" />}
              onClick={() => {
                onOpenChange(false);
                // After the dialog has gone, or it would be on the paper.
                setTimeout(() => window.print(), 300);
              }}
            >
              Print or PDF
            </Button>
          </Group>
        )}
        {lecture.transcriptChunkCount > 0 && (
          <Group
            title="Transcript"
            hint={isAtWork(lecture) ? "As far as it has been transcribed." : undefined}
          >
            {transcriptFormats.map((format) => (
              <FileButton
                key={format.label}
                format={format}
                disabled={share !== undefined}
                onClick={() => void saveTranscript(format)}
              />
            ))}
            <div className={styles.progress}>
              {share !== undefined && (
                <ProgressBar size="thin" label="Fetching the transcript" value={share * 100} />
              )}
            </div>
          </Group>
        )}
        {exported && exported.notes.definitions.length > 0 && (
          <Group title="Definitions as flashcards">
            {flashcardFormats.map((format) => (
              <FileButton key={format.label} format={format} onClick={() => saveNotes(format)} />
            ))}
          </Group>
        )}
      </div>
    </Dialog>
  );
}

function Group({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="group-heading">{title}</h3>
      {hint && <p className={styles.hint}>{hint}</p>}
      <div className={styles.files}>{children}</div>
    </section>
  );
}

function FileButton({
  format,
  disabled,
  onClick,
}: {
  format: { label: string };
  disabled?: boolean;
  onClick: () => void;
}) {
  return (
    <Button icon={<FileDown size={17} aria-hidden="true" />} disabled={disabled} onClick={onClick}>
      {format.label}
    </Button>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    showToast("The notes are on the clipboard.");
  } catch {
    // Browsers refuse without https and when the page isn't in front.
    showToast("The browser did not allow copying. Save the notes as a file instead.", {
      tone: "danger",
    });
  }
}
