// How the page stands with its server, in words a person can use; slow to alarm, quick to calm.
import { useConvexConnectionState } from "convex/react";
import { useEffect, useState, useSyncExternalStore } from "react";

export type Connection = "connected" | "connecting" | "offline" | "unreachable";

/** What is known about the line, in ms since it was lost. */
export function connectionFrom(facts: {
  browserOnline: boolean;
  socketConnected: boolean;
  lostForMs: number;
}): Connection {
  if (facts.socketConnected) return "connected";
  // A moment without a line (a phone waking up) is not worth a word.
  if (facts.lostForMs < 4_000) return "connecting";
  return facts.browserOnline ? "unreachable" : "offline";
}

export function useConnection(): Connection {
  const { isWebSocketConnected } = useConvexConnectionState();
  const browserOnline = useSyncExternalStore(subscribeOnline, () => navigator.onLine);
  const [patient, setPatient] = useState(true);

  useEffect(() => {
    if (isWebSocketConnected) return;
    const timer = setTimeout(() => setPatient(false), 4_000);
    return () => {
      clearTimeout(timer);
      setPatient(true);
    };
  }, [isWebSocketConnected]);

  return connectionFrom({
    browserOnline,
    socketConnected: isWebSocketConnected,
    lostForMs: patient ? 0 : 4_000,
  });
}

function subscribeOnline(changed: () => void): () => void {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}
