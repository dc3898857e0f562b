// Email and password: for a new account, or for one that exists.
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/TextField.tsx";
import type { SignInFlow } from "./signInProblem.ts";
import { useSignIn } from "./useSignIn.ts";
import styles from "./Account.module.css";

const MIN_PASSWORD_LENGTH = 8;

export function SignInForm({
  flow,
  submitLabel,
  initialEmail = "",
  isReady = true,
  takeAlongFrom,
  children,
}: {
  flow: SignInFlow;
  submitLabel: string;
  initialEmail?: string;
  /** The form can be filled in before, but not sent. */
  isReady?: boolean;
  /** The anonymous account whose lectures come along. */
  takeAlongFrom?: string;
  /** Between the fields and the button. */
  children?: ReactNode;
}) {
  const signIn = useSignIn();
  const [email, setEmail] = useState(initialEmail);
  const [password, setPassword] = useState("");
  const [isShown, setShown] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await signIn({ flow, email, password }, takeAlongFrom);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <TextField
        label="Email"
        type="email"
        name="email"
        autoComplete="username"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <TextField
        label="Password"
        type={isShown ? "text" : "password"}
        name="password"
        autoComplete={flow === "signUp" ? "new-password" : "current-password"}
        required
        minLength={flow === "signUp" ? MIN_PASSWORD_LENGTH : undefined}
        hint={flow === "signUp" && `At least ${MIN_PASSWORD_LENGTH} characters.`}
        error={problem}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={isShown}
          onChange={(event) => setShown(event.target.checked)}
        />
        Show the password
      </label>
      {children}
      <div>
        <Button type="submit" variant="primary" busy={isBusy} disabled={!isReady}>
          {submitLabel}
        </Button>
      </div>
    </form>
  );
}
