// Leaves an account on this device and goes on as a new visitor.
import { useAuthActions } from "@convex-dev/auth/react";
import { useNavigate } from "@tanstack/react-router";
import { useSession } from "../../app/session.ts";

export function useLeave(): () => Promise<void> {
  const { signOut } = useAuthActions();
  const { goOnWithoutAccount } = useSession();
  const navigate = useNavigate();
  return async () => {
    await navigate({ to: "/" });
    await signOut();
    // Left on purpose: the next visitor is not asked to sign in to it again.
    goOnWithoutAccount();
  };
}
