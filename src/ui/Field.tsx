// What every field has: a label, a hint and an error, tied to its control so that everyone hears all three.
import { useId, type ReactNode } from "react";
import { classNames } from "./classNames.ts";
import styles from "./Field.module.css";

export type FieldProps = {
  label: string;
  /** The label is read aloud but not shown (a search box with its icon). */
  hideLabel?: boolean;
  hint?: ReactNode;
  error?: string;
};

/** What ties a control to its words, and makes it look like the others. */
export type ControlProps = {
  id: string;
  className: string | undefined;
  /** What is written may be of any language. */
  dir: "auto";
  "aria-invalid": true | undefined;
  "aria-describedby": string | undefined;
};

export function Field({
  label,
  hideLabel,
  hint,
  error,
  className,
  children,
}: FieldProps & { className?: string; children: (control: ControlProps) => ReactNode }) {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const describedBy = [hint && hintId, error && errorId].filter(Boolean).join(" ");
  return (
    <div className={classNames(styles.field, className)}>
      <label htmlFor={id} className={hideLabel ? "visually-hidden" : styles.label}>
        {label}
      </label>
      {children({
        id,
        className: styles.control,
        dir: "auto",
        "aria-invalid": error ? true : undefined,
        "aria-describedby": describedBy || undefined,
      })}
      {hint && (
        <p id={hintId} className={styles.hint}>
          {hint}
        </p>
      )}
      {error && (
        <p id={errorId} className={styles.error} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
