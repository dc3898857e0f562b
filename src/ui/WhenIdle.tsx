// Leaves the first moments to the page: its children come afterwards.
import { useEffect, useState, type ReactNode } from "react";

export function WhenIdle({ afterMs = 1_500, children }: { afterMs?: number; children: ReactNode }) {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIdle(true), afterMs);
    return () => clearTimeout(timer);
  }, [afterMs]);
  return isIdle ? children : null;
}
