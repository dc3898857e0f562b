// Tabs over one place on the page; arrow keys move between them.
import { Tabs as BaseTabs } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { classNames } from "./classNames.ts";
import styles from "./Tabs.module.css";

export type Tab = {
  value: string;
  label: ReactNode;
  panel: ReactNode;
  /** Stays alive while another tab is shown; the others are made anew each time. */
  keepMounted?: boolean;
};

export function Tabs({
  tabs,
  value,
  onChange,
  label,
  className,
  panelClassName,
}: {
  tabs: Tab[];
  value: string;
  onChange: (value: string) => void;
  label: string;
  className?: string;
  panelClassName?: string;
}) {
  return (
    <BaseTabs.Root
      className={classNames(styles.root, className)}
      value={value}
      onValueChange={(next: unknown) => onChange(String(next))}
    >
      <BaseTabs.List className={styles.list} aria-label={label}>
        {tabs.map((tab) => (
          <BaseTabs.Tab key={tab.value} value={tab.value} className={styles.tab}>
            {tab.label}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      {tabs.map((tab) => (
        <BaseTabs.Panel
          key={tab.value}
          value={tab.value}
          keepMounted={tab.keepMounted}
          className={classNames(styles.panel, panelClassName)}
        >
          {tab.panel}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}
