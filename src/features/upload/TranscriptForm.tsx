// A transcript by paste: title and course if wanted, and off it goes.
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { BadTranscript } from "../../../domain/captions.ts";
import { useConnection } from "../../app/useConnection.ts";
import { Button } from "../../ui/Button.tsx";
import { Field } from "../../ui/Field.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { showToast } from "../../ui/toast.ts";
import { courseError, titleError } from "../details/DetailsFields.tsx";
import fields from "../details/DetailsFields.module.css";
import { lectureIdSoon } from "./lectureIdSoon.ts";
import { addText } from "./textLecture.ts";
import styles from "./TranscriptForm.module.css";

export function TranscriptForm() {
  const navigate = useNavigate();
  const connection = useConnection();
  const [text, setText] = useState("");
  const [title, setTitle] = useState("");
  const [course, setCourse] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || titleError(title) || courseError(course)) return;
    setError(undefined);
    setBusy(true);
    try {
      const { clientKey } = await addText(text, { title: title.trim(), course: course.trim() });
      const lectureId = await lectureIdSoon(clientKey, connection === "connected");
      if (lectureId) return await navigate({ to: "/lecture/$lectureId", params: { lectureId } });
      await navigate({ to: "/" });
      showToast(
        "The transcript is kept on this device. It is sent when the server can be reached.",
      );
    } catch (thrown) {
      setError(
        thrown instanceof BadTranscript
          ? thrown.message
          : `The transcript could not be kept (${thrown instanceof Error ? thrown.message : String(thrown)}). Please try again.`,
      );
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
      <h2>Or paste a transcript</h2>
      <Field
        label="Transcript"
        hint="Plain text, Markdown or captions. Times on its lines are kept."
        error={error}
      >
        {(control) => (
          <textarea
            {...control}
            rows={6}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setError(undefined);
            }}
          />
        )}
      </Field>
      <div className={fields.fields}>
        <TextField
          label="Title of the transcript"
          placeholder="Taken from the text if left empty"
          autoComplete="off"
          value={title}
          error={titleError(title)}
          onChange={(event) => setTitle(event.target.value)}
        />
        <TextField
          label="Course of the transcript"
          placeholder="Optional"
          autoComplete="off"
          value={course}
          error={courseError(course)}
          onChange={(event) => setCourse(event.target.value)}
        />
      </div>
      <div>
        <Button type="submit" variant="primary" wide busy={busy}>
          Make notes
        </Button>
      </div>
    </form>
  );
}
