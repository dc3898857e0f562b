// How the three views of a lecture share the screen: tabs on phones, notes beside the rest on wide screens.
import { useLayoutEffect, useRef, type ReactNode, type RefObject } from "react";
import { classNames } from "../../../ui/classNames.ts";
import { Tabs } from "../../../ui/Tabs.tsx";
import styles from "./layouts.module.css";

export type View = "notes" | "transcript" | "story";

type LayoutProps = {
  panels: Record<View, ReactNode>;
  view: View;
  onView: (view: View) => void;
};

export function WideLayout({
  panels,
  view,
  onView,
  sidePane,
}: LayoutProps & { sidePane: RefObject<HTMLDivElement | null> }) {
  return (
    <div className={styles.wide}>
      <div className={styles.notes}>{panels.notes}</div>
      <aside className={classNames(styles.side, "no-print")} aria-label="Beside the notes">
        <Tabs
          label="Beside the notes"
          className={styles.sideTabs}
          panelClassName={styles.sidePanel}
          value={view === "story" ? "story" : "transcript"}
          onChange={(next) => onView(next === "story" ? "story" : "transcript")}
          tabs={[
            {
              value: "transcript",
              label: "Transcript",
              keepMounted: true,
              panel: (
                <div ref={sidePane} className={styles.pane}>
                  {panels.transcript}
                </div>
              ),
            },
            {
              value: "story",
              label: "What happened",
              panel: <div className={styles.pane}>{panels.story}</div>,
            },
          ]}
        />
      </aside>
    </div>
  );
}

export function NarrowLayout({ panels, view, onView }: LayoutProps) {
  const root = useRef<HTMLDivElement>(null);
  usePlacePerView(view, root);
  return (
    <div ref={root}>
      <Tabs
        label="Views of the lecture"
        className={styles.narrow}
        panelClassName={styles.narrowPanel}
        value={view}
        onChange={(next) => {
          if (next === "notes" || next === "transcript" || next === "story") onView(next);
        }}
        tabs={[
          { value: "notes", label: "Notes", keepMounted: true, panel: panels.notes },
          { value: "transcript", label: "Transcript", keepMounted: true, panel: panels.transcript },
          { value: "story", label: "What happened", panel: panels.story },
        ]}
      />
    </div>
  );
}

/**
 * Each tab keeps its own place on the page: going to the transcript and back leads to the line that was being read.
 * A tab that is opened for the first time starts at its beginning.
 */
function usePlacePerView(view: View, root: RefObject<HTMLElement | null>): void {
  const places = useRef<Partial<Record<View, number>>>({});
  const shown = useRef(view);

  useLayoutEffect(() => {
    if (shown.current === view) return;
    shown.current = view;
    const start =
      (root.current?.getBoundingClientRect().top ?? 0) + window.scrollY - headerHeight();
    const top = places.current[view] ?? Math.min(window.scrollY, start);
    window.scrollTo({ top, behavior: "instant" });
  }, [view, root]);

  // Noted while scrolling: the view is also changed from outside (a click on a time leads to the transcript).
  useLayoutEffect(() => {
    const remember = () => {
      places.current[shown.current] = window.scrollY;
    };
    window.addEventListener("scroll", remember, { passive: true });
    return () => window.removeEventListener("scroll", remember);
  }, []);
}

function headerHeight(): number {
  return document.querySelector("header")?.getBoundingClientRect().height ?? 0;
}
