// Buttons, and links that look like them: one place for sizes, colours and the busy state.
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { classNames } from "./classNames.ts";
import styles from "./Button.module.css";

export type ButtonLook = {
  variant?: "primary" | "secondary" | "quiet" | "danger" | "record";
  size?: "regular" | "large";
  /** Takes the whole width on narrow screens. */
  wide?: boolean;
};

/** The class of a button, for links that act like one. */
export function buttonClass({ variant = "secondary", size = "regular", wide }: ButtonLook = {}) {
  return classNames(
    styles.button,
    styles[variant],
    size === "large" && styles.large,
    wide && styles.wide,
  );
}

type ButtonProps = ButtonLook &
  ButtonHTMLAttributes<HTMLButtonElement> & {
    /** Work is going on: the button keeps its width and focus, says so, and does nothing. */
    busy?: boolean;
    icon?: ReactNode;
    ref?: Ref<HTMLButtonElement>;
  };

export function Button({
  variant,
  size,
  wide,
  busy = false,
  icon,
  children,
  className,
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classNames(buttonClass({ variant, size, wide }), className)}
      // Not `disabled`: a disabled button loses focus, and with it the person's place on the page.
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={
        busy
          ? (event) => {
              event.preventDefault();
            }
          : onClick
      }
    >
      {busy ? <span className={styles.spinner} aria-hidden="true" /> : icon}
      {children}
    </button>
  );
}

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> & {
  /** What it does: read aloud, and shown on hovering. */
  label: string;
  icon: ReactNode;
  ref?: Ref<HTMLButtonElement>;
};

/** A button that is only a picture; always 44 px, always named. */
export function IconButton({ label, icon, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={classNames(styles.iconButton, className)}
    >
      {icon}
    </button>
  );
}
