// A sentence that has to be read: what happened and what to do, with its buttons.
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./classNames.ts";
import styles from "./Notice.module.css";

export type NoticeTone = "info" | "success" | "warning" | "danger";

const icons = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleAlert };

export function Notice({
  tone = "info",
  title,
  children,
  actions,
  live = false,
}: {
  tone?: NoticeTone;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** Read it aloud when it appears (only for what the person has just caused or must know now). */
  live?: boolean;
}) {
  const Icon = icons[tone];
  return (
    <div
      className={classNames(styles.notice, styles[tone])}
      role={live ? (tone === "danger" ? "alert" : "status") : undefined}
    >
      <Icon size={20} aria-hidden="true" className={styles.icon} />
      <div className={styles.text}>
        {title && <p className={styles.title}>{title}</p>}
        {children && <div className={styles.body}>{children}</div>}
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
    </div>
  );
}
