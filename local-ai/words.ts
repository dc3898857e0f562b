// Puts a model's tokens together to words, and words to sentences.

/** Text with its place in the audio, in milliseconds. */
export type TimedText = { startMs: number; endMs: number; text: string };

export type SpokenSegment = TimedText & { words?: TimedText[] };

/** A pause this long ends a segment even where no sentence ends. */
const pauseMs = 1000;
/** Segments longer than this can't be followed on a page while listening. */
const longestSegmentMs = 15_000;

/** Languages whose writing does not set words apart; tokens say nothing about words there. */
const unspacedLanguages = new Set(["zh", "yue", "ja", "th", "lo", "km", "my", "bo", "jw", "su"]);

export function hasSpacedWords(language: string): boolean {
  return !unspacedLanguages.has(language);
}

/**
 * Tokens as words, or undefined when a letter was torn apart between two tokens (which happens with
 * rare letters, since tokens are bytes): then only the text as a whole is right.
 */
export function wordsFromTokens(tokens: readonly TimedText[]): TimedText[] | undefined {
  const words: TimedText[] = [];
  for (const token of tokens) {
    if (token.text.includes("\uFFFD")) return undefined;
    if (token.text === "") continue;
    const last = words.at(-1);
    if (last && !/^\s/u.test(token.text)) {
      last.text += token.text;
      last.endMs = token.endMs;
    } else {
      words.push({ ...token });
    }
  }
  return words
    .map((word) => ({ ...word, text: word.text.trim() }))
    .filter((word) => word.text !== "");
}

/** Words as segments of a sentence each; long sentences are cut at a comma or, if need be, anywhere. */
export function segmentsFromWords(words: readonly TimedText[]): SpokenSegment[] {
  const groups: TimedText[][] = [];
  let group: TimedText[] = [];
  for (const word of words) {
    const last = group.at(-1);
    if (last && endsSegment(group, last, word)) {
      groups.push(group);
      group = [];
    }
    group.push(word);
  }
  if (group.length > 0) groups.push(group);
  return groups.map((own) => ({
    startMs: own[0]?.startMs ?? 0,
    endMs: own.at(-1)?.endMs ?? 0,
    text: own.map((word) => word.text).join(" "),
    words: own,
  }));
}

function endsSegment(group: readonly TimedText[], last: TimedText, next: TimedText): boolean {
  if (/[.?!…]["'”’)\]]*$/u.test(last.text) && !isAbbreviation(last.text)) return true;
  if (next.startMs - last.endMs >= pauseMs) return true;
  const lengthMs = last.endMs - (group[0]?.startMs ?? 0);
  if (lengthMs > longestSegmentMs) return true;
  return lengthMs > longestSegmentMs / 2 && /[,;:]$/u.test(last.text);
}

/** "Dr.", "e.g.", "J.": a full stop that ends no sentence. Cutting there would do little harm. */
function isAbbreviation(word: string): boolean {
  return /^(?:\p{L}|(?:\p{L}\.)+\p{L}|Mr|Mrs|Ms|Dr|Prof|St|vs|etc)\.$/iu.test(word);
}
