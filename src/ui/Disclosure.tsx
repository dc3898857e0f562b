// Something to unfold: the browser's own, so that find-in-page and screen readers know it.
import type { ReactNode } from "react";
import styles from "./Disclosure.module.css";

export function Disclosure({
  label,
  open,
  children,
}: {
  label: string;
  /** Whether it is unfolded at first. */
  open?: boolean;
  children: ReactNode;
}) {
  return (
    <details className={styles.disclosure} open={open}>
      <summary className={styles.label}>{label}</summary>
      <div className={styles.content}>{children}</div>
    </details>
  );
}
