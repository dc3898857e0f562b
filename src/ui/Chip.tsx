// A small word that names a state; its colour only repeats what the word says.
import type { ReactNode } from "react";
import { classNames } from "./classNames.ts";
import styles from "./Chip.module.css";

export type ChipTone = "neutral" | "accent" | "warning" | "danger" | "record";

export function Chip({
  tone = "neutral",
  icon,
  children,
}: {
  tone?: ChipTone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <span className={classNames(styles.chip, styles[tone])}>
      {icon}
      {children}
    </span>
  );
}
