// The account page: whose library this is, appearance, engines, leaving.
import { api } from "../../../convex/_generated/api.js";
import { rememberedAccount } from "../../app/rememberedAccount.ts";
import { useSession, useSessionQuery } from "../../app/session.ts";
import { Button } from "../../ui/Button.tsx";
import { PageWidth } from "../../ui/PageWidth.tsx";
import { SkeletonText } from "../../ui/Skeleton.tsx";
import { AccountSection } from "./AccountSection.tsx";
import { Appearance } from "./Appearance.tsx";
import { DeleteAccount } from "./DeleteAccount.tsx";
import { Engines } from "./Engines.tsx";
import { KeepLibrary } from "./KeepLibrary.tsx";
import { SignInForm } from "./SignInForm.tsx";
import { SignOut } from "./SignOut.tsx";
import styles from "./Account.module.css";

export function Account() {
  const { status } = useSession();
  const me = useSessionQuery(api.account.me, {});

  return (
    <PageWidth width="reading">
      <h1 className={styles.title}>Account</h1>
      {status === "signedOut" ? (
        <SignInAgain />
      ) : !me ? (
        <AccountSection title="Your library">
          <SkeletonText lines={3} />
        </AccountSection>
      ) : me.isAnonymous ? (
        <KeepLibrary userId={me.userId} />
      ) : (
        <AccountSection title="Your library">
          <p>
            Signed in as <strong>{me.email}</strong>. Sign in with the same email and password on
            any device to see these lectures there.
          </p>
        </AccountSection>
      )}
      <Appearance />
      <Engines />
      {me && (
        <AccountSection title="Leave">
          <div className={styles.actions}>
            <SignOut isAnonymous={me.isAnonymous} />
            <DeleteAccount userId={me.userId} isAnonymous={me.isAnonymous} />
          </div>
        </AccountSection>
      )}
    </PageWidth>
  );
}

/** The session of an account with a password has ended: only its owner can go on in it. */
function SignInAgain() {
  const { goOnWithoutAccount } = useSession();
  const remembered = rememberedAccount();
  return (
    <AccountSection title="Sign in again">
      <p>You have been signed out. Your lectures are waiting.</p>
      <SignInForm
        flow="signIn"
        submitLabel="Sign in"
        initialEmail={remembered?.kind === "password" ? remembered.email : ""}
      />
      <div className={styles.quiet}>
        <Button variant="quiet" onClick={goOnWithoutAccount}>
          Go on without an account
        </Button>
      </div>
    </AccountSection>
  );
}
