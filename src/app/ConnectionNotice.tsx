// A row of the header when the server can't be reached or the session needs its owner. The page makes room for it, so
// that it lies over nothing.
import { Link } from "@tanstack/react-router";
import { CloudOff, LoaderCircle, UserRoundX } from "lucide-react";
import { useLayoutEffect, useRef, type ReactNode } from "react";
import { rememberedAccount } from "./rememberedAccount.ts";
import { useSession } from "./session.ts";
import { useConnection } from "./useConnection.ts";
import styles from "./ConnectionNotice.module.css";

export function ConnectionNotice() {
  const row = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => (row.current ? tellHeight(row.current) : undefined), []);
  return (
    <div ref={row} role="status">
      <Message />
    </div>
  );
}

/** What stands below the header (tabs that stick to it, places that are scrolled to) reckons with the row's height. */
function tellHeight(row: HTMLElement): () => void {
  const { style } = document.documentElement;
  const observer = new ResizeObserver(() => {
    style.setProperty("--notice-height", `${row.offsetHeight}px`);
  });
  observer.observe(row);
  return () => {
    observer.disconnect();
    style.removeProperty("--notice-height");
  };
}

function Message() {
  const connection = useConnection();
  const session = useSession();

  if (connection === "offline") {
    return (
      <Row icon={<CloudOff size={16} />}>
        You are offline. You can still record; everything is sent when the network is back.
      </Row>
    );
  }
  if (connection === "unreachable") {
    return (
      <Row icon={<LoaderCircle size={16} className={styles.turning} />}>
        The server can’t be reached. Trying again; what is on this device is safe.
      </Row>
    );
  }
  if (session.status === "signedOut") {
    const account = rememberedAccount();
    return (
      <Row icon={<UserRoundX size={16} />}>
        You have been signed out{account?.kind === "password" && ` of ${account.email}`}.{" "}
        <Link to="/account">Sign in</Link> or{" "}
        <button type="button" className={styles.link} onClick={session.goOnWithoutAccount}>
          go on without an account
        </button>
        .
      </Row>
    );
  }
  if (session.status === "failed") {
    return (
      <Row icon={<UserRoundX size={16} />}>
        {session.problem}{" "}
        <button type="button" className={styles.link} onClick={session.retry}>
          Try again
        </button>
      </Row>
    );
  }
  return null;
}

function Row({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className={styles.message}>
      {icon}
      <span>{children}</span>
    </p>
  );
}
