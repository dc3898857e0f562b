// Title and course of a lecture: saved a moment after the last letter, refused with a reason when too long.
import { useEffect, useRef, useState } from "react";
import { MAX_COURSE_LENGTH, MAX_TITLE_LENGTH } from "../../../domain/limits.ts";
import { TextField } from "../../ui/TextField.tsx";
import styles from "./DetailsFields.module.css";

export type Details = { title: string; course: string };

const SAVE_AFTER_MS = 700;

/** Why a title can't be taken, or undefined. */
export function titleError(title: string): string | undefined {
  return tooLong("title", title, MAX_TITLE_LENGTH);
}

export function courseError(course: string): string | undefined {
  return tooLong("course", course, MAX_COURSE_LENGTH);
}

function tooLong(what: string, text: string, most: number): string | undefined {
  const length = text.trim().length;
  if (length <= most) return undefined;
  return `A ${what} may have ${most} characters; this one has ${length.toLocaleString()}. Please shorten it.`;
}

export function DetailsFields({
  initial,
  onSave,
  titlePlaceholder,
}: {
  initial: Details;
  /** Called with trimmed texts of allowed length. */
  onSave: (details: Details) => void;
  titlePlaceholder?: string;
}) {
  const [details, setDetails] = useState(initial);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const unsaved = useRef<Details>(undefined);
  const save = useRef(onSave);
  useEffect(() => {
    save.current = onSave;
  });

  const saveNow = () => {
    clearTimeout(timer.current);
    if (unsaved.current) save.current(unsaved.current);
    unsaved.current = undefined;
  };
  const change = (next: Details) => {
    setDetails(next);
    clearTimeout(timer.current);
    const isGood = !titleError(next.title) && !courseError(next.course);
    unsaved.current = isGood ? { title: next.title.trim(), course: next.course.trim() } : undefined;
    if (isGood) timer.current = setTimeout(saveNow, SAVE_AFTER_MS);
  };
  // What was typed last is saved even if the page is left within the moment.
  useEffect(() => saveNow, []);

  return (
    <div className={styles.fields}>
      <TextField
        label="Title"
        value={details.title}
        placeholder={titlePlaceholder}
        autoComplete="off"
        error={titleError(details.title)}
        onChange={(event) => change({ ...details, title: event.target.value })}
        onBlur={saveNow}
      />
      <TextField
        label="Course"
        value={details.course}
        placeholder="Optional"
        autoComplete="off"
        error={courseError(details.course)}
        onChange={(event) => change({ ...details, course: event.target.value })}
        onBlur={saveNow}
      />
    </div>
  );
}
