// Reminds a visitor without an account that the library belongs to this browser alone.
import { Link } from "@tanstack/react-router";
import { api } from "../../../convex/_generated/api.js";
import { useSessionQuery } from "../../app/session.ts";
import styles from "./Library.module.css";

export function KeepHint() {
  const me = useSessionQuery(api.account.me, {});
  if (!me?.isAnonymous) return null;
  return (
    <p className={styles.hint}>
      This library belongs to this browser alone.{" "}
      <Link to="/account">Keep it with an email and a password</Link>, to open it on any device.
    </p>
  );
}
