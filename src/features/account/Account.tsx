// The account page: whose library this is, appearance, engines, leaving.
import { api } from "../../../convex/_generated/api.js";
import { rememberedAccount } from "../../app/rememberedAccount.ts";
import { useSession, useSessionQuery } from "../../app/session.ts";
import { Button } from "../../ui/Button.tsx";
import { PageWidth } from "../../ui/PageWidth.tsx";
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
  // Until the server has answered, this device's memory says which it will be: nothing jumps when it does.
  const isAnonymous = me?.isAnonymous ?? rememberedEmail() === undefined;

  return (
    <PageWidth width="reading">
      <h1 className={styles.title}>Account</h1>
      {status === "signedOut" ? (
        <SignInAgain />
      ) : isAnonymous ? (
        <KeepLibrary userId={me?.userId} />
      ) : (
        <AccountSection title="Your library">
          <p>
            Signed in as <strong>{me?.email ?? rememberedEmail()}</strong>. Sign in with the same
            email and password on any device to see these lectures there.
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
  return (
    <AccountSection title="Sign in again">
      <p>You have been signed out. Your lectures are waiting.</p>
      <SignInForm flow="signIn" submitLabel="Sign in" initialEmail={rememberedEmail()} />
      <div className={styles.quiet}>
        <Button variant="quiet" onClick={goOnWithoutAccount}>
          Go on without an account
        </Button>
      </div>
    </AccountSection>
  );
}

/** The account that this device was last signed in to; undefined for a visitor's. */
function rememberedEmail(): string | undefined {
  const remembered = rememberedAccount();
  return remembered?.kind === "password" ? remembered.email : undefined;
}
