// Why signing in or up did not work, as a sentence for the person at the form.
import { backendError } from "../../app/errorMessage.ts";

export type SignInFlow = "signIn" | "signUp";

export function signInProblem(error: unknown, flow: SignInFlow): string {
  const refused = backendError(error);
  if (refused) return refused.message;
  const text = error instanceof Error ? error.message : String(error);
  if (/TooManyFailedAttempts/i.test(text)) {
    return "Too many tries. Please wait a few minutes before the next one.";
  }
  if (/connection lost|failed to fetch|networkerror|load failed/i.test(text)) {
    return "The server can’t be reached at the moment. Please try again.";
  }
  if (flow === "signUp") {
    return /already exists/i.test(text)
      ? "There is an account with this email already. Sign in to it instead."
      : "The account could not be made. If you have one with this email, sign in to it instead.";
  }
  // Which of the two is wrong is not said: that would tell strangers who has an account.
  return "There is no account with this email and password.";
}
