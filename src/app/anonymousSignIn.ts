// Signs a visitor in without a form: once per device, however many tabs, effects and reloads ask for it at the same time.
import { backendError } from "./errorMessage.ts";

/** `already_stored`: another tab did it; its tokens have only to be read. */
export type SignInResult = "signed_in" | "already_stored";

type Dependencies = {
  signIn: () => Promise<unknown>;
  /** Whether another tab has put a session into storage meanwhile. */
  isStored: () => boolean;
  /** Runs one at a time over all tabs of this device. */
  exclusively: (work: () => Promise<SignInResult>) => Promise<SignInResult>;
  /** Resolves when the next try is due (attempt 1, 2, ...), earlier if the network comes back. */
  pause: (attempt: number) => Promise<void>;
};

/** Tries until signed in. Rejects only when the server itself refuses (its own sentence). */
export function createAnonymousSignIn({ signIn, isStored, exclusively, pause }: Dependencies) {
  let running: Promise<SignInResult> | undefined;

  const tryUntilSignedIn = async (): Promise<SignInResult> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (isStored()) return "already_stored";
        await signIn();
        return "signed_in";
      } catch (error) {
        if (backendError(error)) throw error;
        // No answer: the network or the server is away, or the connection broke in the middle.
        await pause(attempt);
      }
    }
  };

  return () => {
    running ??= exclusively(tryUntilSignedIn).finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** Milliseconds before the next try: 0.5 s doubling to 15 s, spread so that many devices don't come at once. */
export function retryDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(15_000, 500 * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + random / 2));
}
