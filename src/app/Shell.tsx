// What surrounds every page: skip link, header, the phone's tab bar, messages, and where focus goes on a new page.
import { Link, useRouterState } from "@tanstack/react-router";
import { BookOpenText, CircleUserRound, Mic, Moon, Plus, Sun } from "lucide-react";
import { Suspense, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { buttonClass, IconButton } from "../ui/Button.tsx";
import { classNames } from "../ui/classNames.ts";
import { lazyPart } from "../ui/lazyPart.tsx";
import { hasWaitingToasts, onWaitingToast } from "../ui/toast.ts";
import { WhenIdle } from "../ui/WhenIdle.tsx";
import { ConnectionNotice } from "./ConnectionNotice.tsx";
import { chooseTheme, useShownTheme } from "./theme.ts";
import styles from "./Shell.module.css";

const Toaster = lazyPart(async () => (await import("../ui/Toaster.tsx")).Toaster);

export function Shell({ children }: { children: ReactNode }) {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  return (
    <>
      <a href="#main" className={styles.skip}>
        Skip to the page
      </a>
      {/* The recorder says it in a place of its own, beside what it has kept. */}
      <Header notice={pathname !== "/record" && <ConnectionNotice />} />
      <Main pathname={pathname}>{children}</Main>
      {hasTabBar(pathname) && <TabBar />}
      <Toasts />
    </>
  );
}

/** Comes when the page has settled, or at once when there is something to say. */
function Toasts() {
  const isWaiting = useSyncExternalStore(onWaitingToast, hasWaitingToasts);
  const [isWanted, setWanted] = useState(isWaiting);
  if (isWaiting && !isWanted) setWanted(true);
  return (
    <WhenIdle afterMs={isWanted ? 0 : undefined}>
      <Suspense fallback={null}>
        <Toaster />
      </Suspense>
    </WhenIdle>
  );
}

/** Pages with controls of their own at the bottom edge (player, recorder) and guests' pages have no tab bar. */
export function hasTabBar(pathname: string): boolean {
  return !/^\/(lecture|record|shared)(\/|$)/.test(pathname);
}

function Header({ notice }: { notice: ReactNode }) {
  const shownTheme = useShownTheme();
  const other = shownTheme === "dark" ? "light" : "dark";
  return (
    <header className={classNames(styles.header, "no-print")}>
      <div className={styles.headerInner}>
        <Link to="/" className={styles.wordmark} aria-label="Lectern, your library">
          <Mark />
          Lectern
        </Link>
        <nav className={styles.nav} aria-label="Pages">
          <Link to="/" className={styles.navLink} activeOptions={{ exact: true }}>
            Library
          </Link>
          <Link to="/account" className={styles.navLink}>
            Account
          </Link>
        </nav>
        <div className={styles.actions}>
          <IconButton
            label={other === "dark" ? "Switch to dark" : "Switch to light"}
            icon={other === "dark" ? <Moon size={19} /> : <Sun size={19} />}
            onClick={() => chooseTheme(other)}
          />
          <Link to="/new" className={classNames(buttonClass(), styles.onlyWide)}>
            <Plus size={18} aria-hidden="true" />
            Add a lecture
          </Link>
          <Link
            to="/record"
            className={classNames(buttonClass({ variant: "record" }), styles.onlyWide)}
          >
            <Mic size={18} aria-hidden="true" />
            Record
          </Link>
        </div>
      </div>
      {notice}
    </header>
  );
}

/** A lectern seen from the side: a slanted top on a stand. */
function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path
        d="M3.5 10.5 19 4.5l1.5 3.6L5 14.2zM12 11.5V20M8 20h8"
        stroke="currentColor"
        strokeWidth="1.9"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

function TabBar() {
  return (
    <nav className={classNames(styles.tabBar, "no-print")} aria-label="Main" data-tab-bar>
      <Link to="/" className={styles.tab} activeOptions={{ exact: true }}>
        <BookOpenText size={22} aria-hidden="true" />
        Library
      </Link>
      <Link to="/record" className={classNames(styles.tab, styles.tabRecord)}>
        <Mic size={22} aria-hidden="true" />
        Record
      </Link>
      <Link to="/new" className={styles.tab}>
        <Plus size={22} aria-hidden="true" />
        Add
      </Link>
      <Link to="/account" className={styles.tab}>
        <CircleUserRound size={22} aria-hidden="true" />
        Account
      </Link>
    </nav>
  );
}

/** The page itself. On going to another page, focus goes to its start, as on a page that was loaded. */
function Main({ pathname, children }: { pathname: string; children: ReactNode }) {
  const main = useRef<HTMLElement>(null);
  const shownPath = useRef(pathname);
  useEffect(() => {
    if (shownPath.current === pathname) return;
    shownPath.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <main id="main" ref={main} tabIndex={-1} className={styles.main}>
      {children}
    </main>
  );
}
