// Rolling captions show each line two or three times while it moves up the screen. Here every line
// is taken once, without taking away what a speaker really said twice.

/** One caption: when it is shown, and its lines. */
export type Cue = { startMs: number; endMs: number; lines: string[] };

/** Captions that follow each other within this time are on the screen together. */
const CONTIGUOUS_MS = 150;

/**
 * Takes lines once that a rolling file shows again and again.
 *
 * A single repeated line proves nothing ("No." "No."), so it is decided for the file as a whole:
 * when a quarter of its cues carry lines over, it rolls. In any file a cue that repeats the one
 * before it with the very same times is a second layer and goes.
 *
 * @param cues in order of start
 */
export function unrollCues(cues: Cue[]): { cues: Cue[]; rolling: boolean } {
  const layered = cues.filter((cue, index) => !isSameLayer(cues[index - 1], cue));
  const rolling = rolls(layered);
  return { cues: rolling ? takeOnce(layered) : layered, rolling };
}

function isSameLayer(previous: Cue | undefined, cue: Cue): boolean {
  return (
    previous !== undefined &&
    previous.startMs === cue.startMs &&
    previous.endMs === cue.endMs &&
    previous.lines.join("\n") === cue.lines.join("\n")
  );
}

function rolls(cues: Cue[]): boolean {
  let carried = 0;
  for (let index = 1; index < cues.length; index += 1) {
    const previous = cues[index - 1];
    const cue = cues[index];
    if (previous && cue && carriesOver(previous, cue)) carried += 1;
  }
  return carried >= 2 && carried >= cues.length / 4;
}

/** Only what equal text in a plain file would not look like: shared lines next to new ones, growth. */
function carriesOver(previous: Cue, cue: Cue): boolean {
  if (cue.startMs - previous.endMs > CONTIGUOUS_MS) return false;
  const shared = sharedLines(previous.lines, cue.lines);
  if (shared > 0 && shared < Math.max(cue.lines.length, previous.lines.length)) return true;
  return grows(previous.lines.at(-1), cue.lines.at(shared));
}

function takeOnce(cues: Cue[]): Cue[] {
  const taken: Cue[] = [];
  let previous: Cue | undefined;
  for (const cue of cues) {
    const fresh = previous === undefined ? cue.lines : freshLines(previous, cue);
    if (fresh.length > 0) taken.push({ ...cue, lines: fresh });
    const last = taken.at(-1);
    // A line that stays on the screen is still being said, or just was.
    if (fresh.length === 0 && last && previous) last.endMs = Math.max(last.endMs, previous.endMs);
    previous = cue;
  }
  return taken;
}

function freshLines(previous: Cue, cue: Cue): string[] {
  if (cue.startMs - previous.endMs > CONTIGUOUS_MS) return cue.lines;
  const rest = cue.lines.slice(sharedLines(previous.lines, cue.lines));
  const [first, ...others] = rest;
  const before = previous.lines.at(-1);
  if (first === undefined || before === undefined || !grows(before, first)) return rest;
  return [first.slice(before.length).trim(), ...others].filter((line) => line !== "");
}

/** How many of the last lines of one cue are the first lines of the next. */
function sharedLines(previous: string[], next: string[]): number {
  for (let count = Math.min(previous.length, next.length); count > 0; count -= 1) {
    const tail = previous.slice(-count);
    if (tail.every((line, index) => line === next[index])) return count;
  }
  return 0;
}

function grows(before: string | undefined, after: string | undefined): boolean {
  return (
    before !== undefined &&
    after !== undefined &&
    before.length >= 3 &&
    after.length > before.length &&
    after.startsWith(before) &&
    /^[\s\p{P}]/u.test(after.slice(before.length))
  );
}
