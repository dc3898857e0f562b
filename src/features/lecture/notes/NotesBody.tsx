// The notes themselves: every part shows its time and leads there. Read-only pages use it too. Each text runs in the
// direction of its own language.
import type { ReactNode } from "react";
import { formatClock } from "../../../../domain/time.ts";
import type { Section } from "../../../../domain/notes.ts";
import { SkeletonText } from "../../../ui/Skeleton.tsx";
import { MarkLabel, marksBetween, type Mark } from "../marks.tsx";
import { RichText } from "../RichText.tsx";
import type { ShownNotes } from "./shownNotes.ts";
import styles from "./NotesBody.module.css";

export type NotesBodyProps = {
  notes: ShownNotes;
  marks?: readonly Mark[];
  /** Opens a mark; without it marks are plain text. */
  onMark?: (mark: Mark) => void;
  /** Goes to a moment; without it times are plain text. */
  onMoment?: (timeMs: number) => void;
  /** The moment that is heard now, for the section that is lit; -1 for none. */
  activeSection?: number;
  /** Shows a text, or a field for it while the notes are edited. */
  renderText?: (path: string, text: string, label: string) => ReactNode;
};

const plainText: NonNullable<NotesBodyProps["renderText"]> = (_path, text) => (
  <RichText text={text} />
);

export function NotesBody({
  notes,
  marks = [],
  onMark,
  onMoment,
  activeSection = -1,
  renderText = plainText,
}: NotesBodyProps) {
  return (
    <div className={styles.notes}>
      {notes.summary !== undefined ? (
        <section aria-label="Summary" className={styles.summary}>
          <div dir="auto">{renderText("summary", notes.summary, "Summary")}</div>
        </section>
      ) : (
        <section aria-label="Summary" className={styles.summaryToCome}>
          <p>The summary comes last, when everything has been heard.</p>
          <SkeletonText lines={3} />
        </section>
      )}

      {notes.sections.map((section, index) => (
        <SectionView
          // By its time, so that a draft that becomes final is changed in place.
          key={`${section.startMs}-${index}`}
          section={section}
          index={index}
          marks={marksBetween(marks, section.startMs, nextStart(notes.sections, index))}
          isActive={index === activeSection}
          onMark={onMark}
          onMoment={onMoment}
          renderText={renderText}
        />
      ))}

      {notes.keyTakeaways.length > 0 && (
        <section className={styles.block}>
          <h2 className={styles.blockTitle}>Key takeaways</h2>
          <ol className={styles.points}>
            {notes.keyTakeaways.map((takeaway, index) => (
              <Point key={index} timeMs={takeaway.startMs} onMoment={onMoment}>
                {renderText(`keyTakeaways.${index}.text`, takeaway.text, "Takeaway")}
              </Point>
            ))}
          </ol>
        </section>
      )}

      {notes.definitions.length > 0 && (
        <section className={styles.block}>
          <h2 className={styles.blockTitle}>Definitions</h2>
          <dl className={styles.points}>
            {notes.definitions.map((definition, index) => (
              <div key={index} className={styles.point}>
                <dt className={styles.term} dir="auto">
                  {renderText(`definitions.${index}.term`, definition.term, "Term")}
                </dt>
                <dd className={styles.pointTime}>
                  <Moment timeMs={definition.startMs} onMoment={onMoment} />
                </dd>
                <dd className={styles.meaning} dir="auto">
                  {renderText(`definitions.${index}.meaning`, definition.meaning, "Meaning")}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  );
}

function nextStart(sections: readonly Section[], index: number): number {
  return sections[index + 1]?.startMs ?? Infinity;
}

function SectionView({
  section,
  index,
  marks,
  isActive,
  onMark,
  onMoment,
  renderText,
}: {
  section: Section;
  index: number;
  marks: readonly Mark[];
  isActive: boolean;
  onMark?: (mark: Mark) => void;
  onMoment?: (timeMs: number) => void;
  renderText: NonNullable<NotesBodyProps["renderText"]>;
}) {
  return (
    <section
      className={styles.section}
      data-section-start={section.startMs}
      data-active={isActive || undefined}
    >
      <div className={styles.sectionHead}>
        <h2 className={styles.heading} dir="auto">
          {renderText(`sections.${index}.heading`, section.heading, "Heading")}
        </h2>
        <Moment timeMs={section.startMs} endMs={section.endMs} onMoment={onMoment} />
      </div>
      {marks.length > 0 && (
        <p>
          {marks.map((mark) => (
            <MarkLabel key={mark.clientKey} mark={mark} onOpen={onMark} />
          ))}
        </p>
      )}
      <ul className={styles.points}>
        {section.points.map((point, place) => (
          <Point key={place} timeMs={point.startMs} onMoment={onMoment}>
            {renderText(`sections.${index}.points.${place}.text`, point.text, "Point")}
          </Point>
        ))}
      </ul>
    </section>
  );
}

function Point({
  timeMs,
  onMoment,
  children,
}: {
  timeMs: number;
  onMoment?: (timeMs: number) => void;
  children: ReactNode;
}) {
  return (
    <li className={styles.point}>
      <div className={styles.pointText} dir="auto">
        {children}
      </div>
      <div className={styles.pointTime}>
        <Moment timeMs={timeMs} onMoment={onMoment} />
      </div>
    </li>
  );
}

function Moment({
  timeMs,
  endMs,
  onMoment,
}: {
  timeMs: number;
  endMs?: number;
  onMoment?: (timeMs: number) => void;
}) {
  const clock = formatClock(timeMs);
  const words = endMs === undefined ? clock : `${clock} – ${formatClock(endMs)}`;
  if (!onMoment) return <span className={styles.plainMoment}>{words}</span>;
  return (
    <button
      type="button"
      className={styles.moment}
      aria-label={`Go to ${words}`}
      onClick={() => onMoment(timeMs)}
    >
      {words}
    </button>
  );
}
