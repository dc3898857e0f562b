// Signs in with email and password in place of the visitor's anonymous account, whose lectures may come along.
import { useAuthActions } from "@convex-dev/auth/react";
import { useConvex } from "convex/react";
import { api } from "../../../convex/_generated/api.js";
import { keepTransfer } from "../../app/rememberedAccount.ts";
import { useSession } from "../../app/session.ts";
import { signInProblem, type SignInFlow } from "./signInProblem.ts";

export type Credentials = { flow: SignInFlow; email: string; password: string };

/** Rejects with a sentence for the person. On success the whole page starts anew with the new account. */
export function useSignIn(): (
  credentials: Credentials,
  /** The anonymous account whose lectures come along. */
  takeAlongFrom: string | undefined,
) => Promise<void> {
  const { signIn } = useAuthActions();
  const convex = useConvex();
  const { restart } = useSession();

  return async ({ flow, email, password }, takeAlongFrom) => {
    try {
      // Before signing in: afterwards nobody can speak for the anonymous account any more.
      if (takeAlongFrom !== undefined) {
        const { secret } = await convex.mutation(api.account.startTransfer, {});
        keepTransfer({ secret, fromUserId: takeAlongFrom });
      }
      const { signingIn } = await signIn("password", { flow, email: email.trim(), password });
      if (!signingIn) throw new Error("The server gave no session.");
    } catch (error) {
      keepTransfer(undefined);
      throw new Error(signInProblem(error, flow), { cause: error });
    }
    restart();
  };
}
