// Signs every visitor in, at once and with no form, and tells the pages when queries may run.
import { ConvexAuthProvider, useAuthActions } from "@convex-dev/auth/react";
import { useConvexAuth, useMutation } from "convex/react";
import { useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { api } from "../../convex/_generated/api.js";
import { createAnonymousSignIn, retryDelayMs, type SignInResult } from "./anonymousSignIn.ts";
import { backendUrl, convex } from "./convexClient.ts";
import { errorMessage } from "./errorMessage.ts";
import {
  forgetAccount,
  pendingTransfer,
  rememberAccount,
  rememberedAccount,
} from "./rememberedAccount.ts";
import { SessionContext, useSessionQuery, type Session } from "./session.ts";
import { useIsGuestPage } from "./guestPages.ts";
import { takeLecturesAlong } from "./takeLecturesAlong.ts";

export function SessionProvider({ children }: { children: ReactNode }) {
  // A new key makes the provider read the stored tokens again: the only public way to change accounts in place.
  const [epoch, setEpoch] = useState(0);
  const restart = useCallback(() => setEpoch((count) => count + 1), []);
  return (
    <ConvexAuthProvider key={epoch} client={convex}>
      <SignedIn restart={restart}>{children}</SignedIn>
    </ConvexAuthProvider>
  );
}

function SignedIn({ children, restart }: { children: ReactNode; restart: () => void }) {
  const { isLoading, isAuthenticated } = useConvexAuth();
  const { signIn } = useAuthActions();
  const isGuest = useIsGuestPage();
  const [lost, setLost] = useState(() => rememberedAccount()?.kind === "password");
  const [problem, setProblem] = useState<string>();
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    if (isLoading || isAuthenticated || lost || isGuest) return;
    let current = true;
    signInAnonymously(() => signIn("anonymous"))
      .then((result) => {
        if (current && result === "already_stored") restart();
      })
      .catch((error: unknown) => {
        if (!current) return;
        setProblem(errorMessage(error, "The server did not sign you in. Please try again."));
      });
    return () => {
      current = false;
    };
  }, [isLoading, isAuthenticated, lost, isGuest, attempt, signIn, restart]);

  const session = useMemo<Session>(() => {
    const status = isAuthenticated
      ? "ready"
      : isLoading
        ? "connecting"
        : lost
          ? "signedOut"
          : problem
            ? "failed"
            : "connecting";
    return {
      status,
      problem,
      retry: () => {
        setProblem(undefined);
        setAttempt((count) => count + 1);
      },
      goOnWithoutAccount: () => {
        forgetAccount();
        setLost(false);
      },
      restart,
    };
  }, [isAuthenticated, isLoading, lost, problem, restart]);

  return (
    <SessionContext value={session}>
      <AccountMemory onKind={(kind) => setLost(kind === "password")} />
      {children}
    </SessionContext>
  );
}

/** Keeps the device's memory of the account true, and finishes a transfer of lectures that was interrupted. */
function AccountMemory({ onKind }: { onKind: (kind: "anonymous" | "password") => void }) {
  const me = useSessionQuery(api.account.me, {});
  const finishTransfer = useMutation(api.account.finishTransfer);
  const kind = me ? (me.isAnonymous ? "anonymous" : "password") : undefined;
  const email = me?.email ?? "";
  const userId = me?.userId;

  useEffect(() => {
    if (!kind) return;
    rememberAccount(kind === "anonymous" ? { kind } : { kind, email });
    onKind(kind);
    const transfer = pendingTransfer();
    if (kind !== "password" || !userId || !transfer) return;
    takeLecturesAlong(transfer, userId, (secret) => finishTransfer({ secret })).catch(() => {
      // Without an answer it is tried again at the next start.
    });
    // `onKind` is new at every render and only sets state.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [kind, email, userId, finishTransfer]);
  return null;
}

/** Where Convex Auth keeps this backend's token (its default namespace is the backend's address). */
const STORED_TOKEN_KEY = `__convexAuthJWT_${backendUrl.replace(/[^a-zA-Z0-9]/g, "")}`;

let currentSignIn: () => Promise<unknown> = () => Promise.resolve();

const startAnonymousSignIn = createAnonymousSignIn({
  signIn: () => currentSignIn(),
  isStored: () => {
    try {
      return localStorage.getItem(STORED_TOKEN_KEY) !== null;
    } catch {
      return false;
    }
  },
  exclusively: async (work) => {
    // Web Locks exist only in secure contexts; elsewhere two first tabs may make two accounts, which is harmless.
    if (!("locks" in navigator)) return work();
    return navigator.locks.request("lectern-anonymous-sign-in", work);
  },
  pause: (attempt) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        window.removeEventListener("online", done);
        resolve();
      };
      const timer = setTimeout(done, retryDelayMs(attempt, Math.random()));
      window.addEventListener("online", done);
    }),
});

function signInAnonymously(signIn: () => Promise<unknown>): Promise<SignInResult> {
  currentSignIn = signIn;
  return startAnonymousSignIn();
}
