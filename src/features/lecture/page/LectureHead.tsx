// The top of a lecture's page: what it is, and what can be done with it.
import { Download, Pencil, Share2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { formatDuration } from "../../../../domain/time.ts";
import { Button } from "../../../ui/Button.tsx";
import { formatWhen } from "../../library/dates.ts";
import type { LectureDetails, Notes } from "../lecture.ts";
import { LectureName, LectureOrigin } from "../LectureName.tsx";
import { LectureMenu, type LectureDialog } from "./LectureMenu.tsx";
import styles from "./LectureHead.module.css";

// None of these is needed to read a lecture: their code comes when they are opened.
const DetailsDialog = lazy(() => import("./DetailsDialog.tsx"));
const DeleteDialog = lazy(() => import("./DeleteDialog.tsx"));
const ExportDialog = lazy(() => import("../export/ExportDialog.tsx"));
const ShareDialog = lazy(() => import("../../share/ShareDialog.tsx"));
const RegenerateDialog = lazy(() => import("../notes/RegenerateDialog.tsx"));
const VersionsDialog = lazy(() => import("../notes/VersionsDialog.tsx"));

export function LectureHead({
  lecture,
  notes: knownNotes,
  isEditing,
  onEditing,
}: {
  lecture: LectureDetails;
  /** Undefined while it is not known, null when there are none yet. */
  notes: Notes | null | undefined;
  isEditing: boolean;
  onEditing: (isEditing: boolean) => void;
}) {
  const [dialog, setDialog] = useState<LectureDialog>();
  const notes = knownNotes ?? undefined;
  const close = (open: boolean) => {
    if (!open) setDialog(undefined);
  };
  return (
    <header className={styles.head}>
      <div className={styles.words}>
        <LectureName course={lecture.course} title={lecture.title} />
        <div className={styles.origin}>
          <LectureOrigin>{describe(lecture)}</LectureOrigin>
        </div>
      </div>
      <div className={`${styles.actions} no-print`}>
        {notes && (
          <Button
            variant={isEditing ? "primary" : "secondary"}
            icon={<Pencil size={17} aria-hidden="true" />}
            aria-pressed={isEditing}
            onClick={() => onEditing(!isEditing)}
          >
            {isEditing ? "Done" : "Edit"}
          </Button>
        )}
        {notes && (
          <Button icon={<Share2 size={17} aria-hidden="true" />} onClick={() => setDialog("share")}>
            Share
          </Button>
        )}
        {/* With the others or not at all: it must not move when they come. */}
        {knownNotes !== undefined && (notes || lecture.transcriptChunkCount > 0) && (
          <Button
            icon={<Download size={17} aria-hidden="true" />}
            onClick={() => setDialog("export")}
          >
            Export
          </Button>
        )}
        <div className={styles.menu}>
          <LectureMenu lecture={lecture} hasNotes={notes !== undefined} onDialog={setDialog} />
        </div>
      </div>
      <Suspense fallback={null}>
        {dialog === "details" && <DetailsDialog lecture={lecture} onOpenChange={close} />}
        {dialog === "delete" && <DeleteDialog lecture={lecture} onOpenChange={close} />}
        {dialog === "export" && (
          <ExportDialog lecture={lecture} notes={notes} onOpenChange={close} />
        )}
        {dialog === "share" && <ShareDialog lecture={lecture} onOpenChange={close} />}
        {dialog === "regenerate" && (
          <RegenerateDialog lectureId={lecture._id} notes={notes} onOpenChange={close} />
        )}
        {dialog === "versions" && <VersionsDialog lectureId={lecture._id} onOpenChange={close} />}
      </Suspense>
    </header>
  );
}

const sourceWords = {
  recording: "Recording",
  file: "From a file",
  captions: "From captions",
  text: "From text",
  sample: "Sample lecture",
} as const;

function describe(lecture: LectureDetails): string {
  return [
    formatWhen(lecture.recordedAt, Date.now()),
    lecture.durationMs > 0 && formatDuration(lecture.durationMs),
    lecture.fileName ?? sourceWords[lecture.source],
  ]
    .filter(Boolean)
    .join(" · ");
}
