// Changes a lecture's title and course.
import { useMutation } from "convex/react";
import { useState, type FormEvent } from "react";
import { MAX_COURSE_LENGTH, MAX_TITLE_LENGTH } from "../../../../domain/limits.ts";
import { api } from "../../../../convex/_generated/api.js";
import { errorMessage } from "../../../app/errorMessage.ts";
import { Button } from "../../../ui/Button.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { TextField } from "../../../ui/TextField.tsx";
import type { LectureDetails } from "../lecture.ts";
import styles from "./DetailsDialog.module.css";

export default function DetailsDialog({
  lecture,
  onOpenChange,
}: {
  lecture: LectureDetails;
  onOpenChange: (open: boolean) => void;
}) {
  const updateDetails = useMutation(api.lectures.updateDetails);
  const [title, setTitle] = useState(lecture.title);
  const [course, setCourse] = useState(lecture.course ?? "");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await updateDetails({ lectureId: lecture._id, ...changes(lecture, title, course) });
      onOpenChange(false);
    } catch (error) {
      setProblem(errorMessage(error, "The change could not be saved. Please try again."));
      setBusy(false);
    }
  };

  return (
    <Dialog open onOpenChange={onOpenChange} title="Rename this lecture">
      <form className={styles.form} onSubmit={(event) => void save(event)}>
        <TextField
          label="Title"
          value={title}
          maxLength={MAX_TITLE_LENGTH}
          autoFocus
          hint="Left empty, the title comes from the notes."
          error={problem}
          onChange={(event) => setTitle(event.target.value)}
        />
        <TextField
          label="Course"
          value={course}
          maxLength={MAX_COURSE_LENGTH}
          onChange={(event) => setCourse(event.target.value)}
        />
        <div className={styles.actions}>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" variant="primary" busy={isBusy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Only what was changed: a title that the notes gave must not become a given one by saving the course. */
function changes(lecture: LectureDetails, title: string, course: string) {
  return {
    ...(title.trim() !== lecture.title && { title: title.trim() }),
    ...(course.trim() !== (lecture.course ?? "") && { course: course.trim() }),
  };
}
