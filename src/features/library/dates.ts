// Dates as people say them, and lectures put together by them.

const DAY_MS = 24 * 60 * 60 * 1000;

/** "Today, 14:05", "Yesterday, 9:10", "Mon 3 Nov, 14:05", "3 Nov 2024". */
export function formatWhen(timeMs: number, nowMs: number, locale?: string): string {
  const date = new Date(timeMs);
  const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" }).format(
    date,
  );
  const daysAgo = calendarDaysBetween(timeMs, nowMs);
  if (daysAgo === 0) return `Today, ${clock}`;
  if (daysAgo === 1) return `Yesterday, ${clock}`;
  if (date.getFullYear() === new Date(nowMs).getFullYear()) {
    const day = new Intl.DateTimeFormat(locale, {
      weekday: "short",
      day: "numeric",
      month: "short",
    }).format(date);
    return `${day}, ${clock}`;
  }
  return new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    year: "numeric",
  }).format(date);
}

export type LectureGroup<Lecture> = { name: string; lectures: Lecture[] };

/** Lectures, newest first, under "Today", "Yesterday", "Last 7 days", then month by month; the order is kept. */
export function groupByTime<Lecture extends { recordedAt: number }>(
  lectures: Lecture[],
  nowMs: number,
  locale?: string,
): LectureGroup<Lecture>[] {
  const groups: LectureGroup<Lecture>[] = [];
  for (const lecture of lectures) {
    const name = groupName(lecture.recordedAt, nowMs, locale);
    const last = groups.at(-1);
    if (last?.name === name) last.lectures.push(lecture);
    else groups.push({ name, lectures: [lecture] });
  }
  return groups;
}

function groupName(timeMs: number, nowMs: number, locale?: string): string {
  const daysAgo = calendarDaysBetween(timeMs, nowMs);
  // A device's clock may be ahead of the server's: what lies in the future is of today.
  if (daysAgo <= 0) return "Today";
  if (daysAgo === 1) return "Yesterday";
  if (daysAgo < 7) return "Last 7 days";
  return new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" }).format(timeMs);
}

/** Midnights between two moments, on this device's calendar (days of 23 and 25 hours included). */
function calendarDaysBetween(fromMs: number, toMs: number): number {
  return Math.round((startOfDay(toMs) - startOfDay(fromMs)) / DAY_MS);
}

function startOfDay(timeMs: number): number {
  return new Date(timeMs).setHours(0, 0, 0, 0);
}
