// A text field that is as high as its text and looks like the text it edits.
import { useLayoutEffect, useRef } from "react";
import { classNames } from "./classNames.ts";
import styles from "./AutoTextArea.module.css";

export function AutoTextArea({
  label,
  value,
  onChange,
  onBlur,
  onEscape,
  onEnter,
  maxLength,
  autoFocus = false,
  className,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  onEscape?: () => void;
  /** For texts of one line: Enter ends the editing. */
  onEnter?: () => void;
  maxLength?: number;
  autoFocus?: boolean;
  className?: string;
}) {
  const field = useRef<HTMLTextAreaElement>(null);

  // Browsers with `field-sizing: content` do this by themselves; for the others the height is measured.
  useLayoutEffect(() => {
    const element = field.current;
    if (!element || CSS.supports("field-sizing", "content")) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [value]);

  useLayoutEffect(() => {
    if (!autoFocus) return;
    field.current?.focus();
    field.current?.select();
  }, [autoFocus]);

  return (
    <textarea
      ref={field}
      rows={1}
      dir="auto"
      aria-label={label}
      className={classNames(styles.area, className)}
      value={value}
      maxLength={maxLength}
      onChange={(event) => onChange(event.target.value)}
      onBlur={onBlur}
      onKeyDown={(event) => {
        if (event.key === "Escape" && onEscape) {
          event.stopPropagation();
          onEscape();
        }
        if (event.key === "Enter" && onEnter) {
          event.preventDefault();
          onEnter();
        }
      }}
    />
  );
}
