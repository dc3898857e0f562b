// One line under the header when the server can't be reached or the session needs its owner. It floats: nothing moves.
import { Link } from "@tanstack/react-router";
import { CloudOff, LoaderCircle, UserRoundX } from "lucide-react";
import type { ReactNode } from "react";
import { rememberedAccount } from "./rememberedAccount.ts";
import { useSession } from "./session.ts";
import { useConnection } from "./useConnection.ts";
import styles from "./ConnectionNotice.module.css";

export function ConnectionNotice() {
  return (
    <div className={styles.place} role="status">
      <Message />
    </div>
  );
}

function Message() {
  const connection = useConnection();
  const session = useSession();

  if (connection === "offline") {
    return (
      <Pill icon={<CloudOff size={16} />}>
        You are offline. You can still record; everything is sent when the network is back.
      </Pill>
    );
  }
  if (connection === "unreachable") {
    return (
      <Pill icon={<LoaderCircle size={16} className={styles.turning} />}>
        The server can’t be reached. Trying again; what is on this device is safe.
      </Pill>
    );
  }
  if (session.status === "signedOut") {
    const account = rememberedAccount();
    return (
      <Pill icon={<UserRoundX size={16} />}>
        You have been signed out{account?.kind === "password" && ` of ${account.email}`}.{" "}
        <Link to="/account">Sign in</Link> or{" "}
        <button type="button" className={styles.link} onClick={session.goOnWithoutAccount}>
          go on without an account
        </button>
        .
      </Pill>
    );
  }
  if (session.status === "failed") {
    return (
      <Pill icon={<UserRoundX size={16} />}>
        {session.problem}{" "}
        <button type="button" className={styles.link} onClick={session.retry}>
          Try again
        </button>
      </Pill>
    );
  }
  return null;
}

function Pill({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className={styles.pill}>
      {icon}
      <span>{children}</span>
    </p>
  );
}
