// For visitors without an account: an email and a password make this library theirs, on every device.
import { useState } from "react";
import { api } from "../../../convex/_generated/api.js";
import { useSessionQuery } from "../../app/session.ts";
import { Button } from "../../ui/Button.tsx";
import { AccountSection } from "./AccountSection.tsx";
import { SignInForm } from "./SignInForm.tsx";
import styles from "./Account.module.css";

export function KeepLibrary({
  userId,
}: {
  /** Undefined until the visitor has been signed in: nothing can be kept before. */
  userId: string | undefined;
}) {
  const [hasAccount, setHasAccount] = useState(false);
  const [takesAlong, setTakesAlong] = useState(true);
  const newest = useSessionQuery(api.lectures.list, {
    paginationOpts: { numItems: 1, cursor: null },
  });
  const hasLectures = newest !== undefined && newest.page.length > 0;

  if (hasAccount) {
    return (
      <AccountSection title="Sign in">
        <SignInForm
          flow="signIn"
          submitLabel="Sign in"
          isReady={userId !== undefined}
          takeAlongFrom={takesAlong ? userId : undefined}
        >
          {hasLectures && (
            <label className={styles.check}>
              <input
                type="checkbox"
                checked={takesAlong}
                onChange={(event) => setTakesAlong(event.target.checked)}
              />
              Take the lectures from here along
            </label>
          )}
          {hasLectures && !takesAlong && (
            <p className={styles.faint}>
              They are lost then: nobody can come back to this library.
            </p>
          )}
        </SignInForm>
        <div className={styles.quiet}>
          <Button variant="quiet" onClick={() => setHasAccount(false)}>
            I have no account yet
          </Button>
        </div>
      </AccountSection>
    );
  }
  return (
    <AccountSection title="Keep your library">
      <p>
        You are using Lectern without an account. This library belongs to this browser and goes with
        its data. With an email and a password you keep it, and open it on any device. Nothing is
        sent to the address.
      </p>
      <SignInForm
        flow="signUp"
        submitLabel="Keep my library"
        isReady={userId !== undefined}
        takeAlongFrom={userId}
      />
      <div className={styles.quiet}>
        <Button variant="quiet" onClick={() => setHasAccount(true)}>
          I have an account already
        </Button>
      </div>
    </AccountSection>
  );
}
