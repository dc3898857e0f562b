// A button with a list of things to do.
import { Menu as BaseMenu } from "@base-ui/react/menu";
import { useEffect, useRef, type ReactElement, type ReactNode } from "react";
import { classNames } from "./classNames.ts";
import styles from "./Menu.module.css";

export function Menu({
  trigger,
  defaultOpen,
  children,
}: {
  trigger: ReactElement;
  /** Open from the start, with the focus on the menu (for a pointer) or on its first item (for the keyboard). */
  defaultOpen?: "menu" | "first item";
  children: ReactNode;
}) {
  return (
    // Not modal: the page behind stays scrollable, as menus on phones are opened by accident.
    <BaseMenu.Root modal={false} defaultOpen={defaultOpen !== undefined}>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={6} align="end" className={styles.positioner}>
          <BaseMenu.Popup className={styles.popup}>
            {children}
            {defaultOpen === "first item" && <FocusOnFirstItem />}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

/** Base UI does this itself for a menu that its own trigger opens. Once, when the menu first appears. */
function FocusOnFirstItem() {
  const place = useRef<HTMLSpanElement>(null);
  const isDone = useRef(false);
  useEffect(() => {
    if (isDone.current) return;
    // After the menu has taken the focus itself.
    const timer = setTimeout(() => {
      isDone.current = true;
      place.current?.closest("[role=menu]")?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    }, 50);
    return () => clearTimeout(timer);
  }, []);
  return <span ref={place} hidden />;
}

export function MenuItem({
  icon,
  danger = false,
  disabled,
  onSelect,
  children,
}: {
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <BaseMenu.Item
      className={classNames(styles.item, danger && styles.danger)}
      disabled={disabled}
      onClick={onSelect}
    >
      {icon}
      {children}
    </BaseMenu.Item>
  );
}

export function MenuSeparator() {
  return <BaseMenu.Separator className={styles.separator} />;
}
