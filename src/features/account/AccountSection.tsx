// One part of the account page, under its heading.
import { useId, type ReactNode } from "react";
import styles from "./Account.module.css";

export function AccountSection({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}
