// Who is signed in, for any component: the session's state, and queries that wait for it.
import { useQuery, type OptionalRestArgsOrSkip } from "convex/react";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { createContext, use } from "react";

export type Session = {
  /**
   * - `connecting`: being signed in, or waiting for the network
   * - `ready`: signed in; queries may run
   * - `signedOut`: an account with a password was signed out from elsewhere; only its owner can go on
   * - `failed`: the server refuses; `retry` tries again
   */
  status: "connecting" | "ready" | "signedOut" | "failed";
  problem?: string;
  retry: () => void;
  /** Leaves the lost account behind and starts an anonymous one. */
  goOnWithoutAccount: () => void;
  /** Reads the stored tokens anew: after another account has been signed in. */
  restart: () => void;
};

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("useSession is called outside of SessionProvider.");
  return session;
}

/** `useQuery` that starts when somebody is signed in. Undefined while there is nothing yet. */
export function useSessionQuery<Query extends FunctionReference<"query">>(
  query: Query,
  args: FunctionArgs<Query> | "skip",
): FunctionReturnType<Query> | undefined {
  const { status } = useSession();
  const argsOrSkip = [status === "ready" ? args : "skip"];
  // The tuple that useQuery wants can't be derived from a generic query; its one part is checked above.
  return useQuery(query, ...(argsOrSkip as unknown as OptionalRestArgsOrSkip<Query>));
}
