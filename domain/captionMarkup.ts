// Takes away what caption files say about looks and sounds, and leaves what was spoken.

// Only tags that captions really use, with what each may carry: "if a <b and c> d" is speech about
// mathematics.
const TAGS =
  /<\/?(?:c|i|b|u|s|em|strong|ruby|rt|span|p|font)(?:\.[^\s<>]*)?(?:\s+[\w-]+=[^<>]*)?\s*>|<\/?(?:v|lang)(?:[.\s][^<>]*)?>/giu;
const BREAKS = /<br\s*\/?>|\\[Nnh]/gu;
const TIME_TAGS = /<(?:\d{1,3}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?>/gu;
const ASS_OVERRIDES = /\{\\[^{}]*\}/gu;
// "[Music]", "[background noise]": at most three words in brackets that stand apart.
const SOUNDS = /(?<!\S)[[【](?:[\p{L}\p{M}_'-]+\s?){1,3}[\]】](?!\w)/gu;
const ONLY_SOUND = /^[\s♪♫♬♩#*~-]*(?:\((?:[\p{L}\p{M}'-]+\s?){1,4}\))?[\s♪♫♬♩#*~-]*$/u;
const SPEAKER_CHANGE = /^\s*(?:>>+|&gt;&gt;|[-–—](?=\s))\s*/u;

/** One line of a caption without tags, sounds, note signs and marks of a change of speaker. */
export function stripCaptionMarkup(line: string): string {
  const spoken = line
    .replace(TIME_TAGS, "")
    .replace(TAGS, "")
    .replace(ASS_OVERRIDES, "")
    .replace(BREAKS, " ")
    .replace(SOUNDS, " ")
    .replace(/[♪♫♬♩]/gu, " ")
    .replace(SPEAKER_CHANGE, "");
  return ONLY_SOUND.test(spoken) ? "" : spoken;
}

const NAMED: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  lrm: "\u200E",
  rlm: "\u200F",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  rsquo: "’",
  lsquo: "‘",
  ldquo: "“",
  rdquo: "”",
};

/** Character references as the characters they stand for; unknown ones stay as they are. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/giu,
    (whole, decimal, hex, name) => {
      if (typeof name === "string") return NAMED[name.toLowerCase()] ?? whole;
      const code = typeof decimal === "string" ? Number(decimal) : Number.parseInt(String(hex), 16);
      const valid = code > 31 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
      return valid ? String.fromCodePoint(code) : " ";
    },
  );
}
