// The lecture's clock, as the recorder keeps it: it stands still when nothing is heard.
import { useEffect, useState } from "react";
import { formatClock } from "../../../domain/time.ts";
import type { LectureRecorder } from "../../recorder/lectureRecorder.ts";

const TICK_MS = 250;

export function Clock({
  recorder,
  className,
}: {
  recorder: Pick<LectureRecorder, "clockMs">;
  className?: string;
}) {
  const [clockMs, setClockMs] = useState(() => recorder.clockMs());
  useEffect(() => {
    const timer = setInterval(() => setClockMs(recorder.clockMs()), TICK_MS);
    return () => clearInterval(timer);
  }, [recorder]);
  return (
    <span role="timer" aria-label="Recorded time" className={className}>
      {formatClock(clockMs)}
    </span>
  );
}
