// What a lecture is called: course, title, and a line about where it comes from. Its owner's page and shared pages
// begin with it.
import type { ReactNode } from "react";
import styles from "./LectureName.module.css";

export function LectureName({ course, title }: { course?: string; title: string }) {
  return (
    <>
      {course && (
        <p className={styles.course} dir="auto">
          {course}
        </p>
      )}
      <h1 dir="auto">{title}</h1>
    </>
  );
}

export function LectureOrigin({ children }: { children: ReactNode }) {
  return <p className={styles.origin}>{children}</p>;
}
