// A bar for work that takes longer than half a second: with a number when there is one, moving when there is none.
import { classNames } from "./classNames.ts";
import styles from "./ProgressBar.module.css";

export function ProgressBar({
  label,
  value,
  valueText,
  tone = "accent",
  size = "regular",
}: {
  /** What is under way, for people who don't see the bar. */
  label: string;
  /** 0 to 100; undefined when how much is left can't be known. */
  value?: number;
  valueText?: string;
  tone?: "accent" | "warning" | "danger";
  size?: "thin" | "regular";
}) {
  const known = value !== undefined;
  const clamped = known ? Math.min(100, Math.max(0, value)) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={known ? Math.round(clamped) : undefined}
      aria-valuetext={valueText}
      className={classNames(styles.track, styles[tone], size === "thin" && styles.thin)}
    >
      <div
        className={classNames(styles.bar, !known && styles.unknown)}
        // A transform, not a width: the bar moves without the page being laid out again.
        style={known ? { transform: `scaleX(${clamped / 100})` } : undefined}
      />
    </div>
  );
}
