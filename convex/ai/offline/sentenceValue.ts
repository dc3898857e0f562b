// How well a sentence stands in notes without its neighbours: statements do, questions, greetings,
// stage directions and sentences that hang on the one before don't.

/** A habit of speech and what it does to a sentence's worth: below 1 lowers it. */
type Habit = { pattern: RegExp; factor: number };

const ANY_LANGUAGE: Habit[] = [
  { pattern: /[?？؟]["'”’»)\]」』]*$/u, factor: 0.12 },
  { pattern: /[!！]["'”’»)\]」』]*$/u, factor: 0.6 },
  { pattern: /(?:\.\.\.|…)["'”’]*$/u, factor: 0.5 },
  // Readings aloud and asides that a transcriber put in brackets.
  { pattern: /^[[(]/u, factor: 0.3 },
  { pattern: /^["“«„「『]/u, factor: 0.45 },
  // "Today we talk about ..."
  {
    pattern:
      /^(?:heute (?:sprechen|reden|behandeln|geht|wollen)|aujourd'hui,? (?:nous|on|je)|hoy,? (?:hablamos|vamos|voy)|oggi (?:parliamo|vediamo)|hoje,? (?:vamos|falamos)|vandaag|сегодня мы|今天我们|今天，我们|今日は|本日は|วันนี้|نتحدث اليوم|اليوم|היום)/iu,
    factor: 0.4,
  },
  { pattern: /https?:\/\//u, factor: 0.4 },
];

// prettier-ignore
const ENGLISH: Habit[] = [
  // Hangs on the sentence before.
  { pattern: /^(?:it|they|he|she|him|her|them)\b/iu, factor: 0.4 },
  { pattern: /^(?:this|that|these|those|such)\s+(?:is|was|are|were|will|would|has|have|had|does|do|did|can|could|may|might|must|should|one|ones|way|thing|then|i|you|we)\b/iu, factor: 0.4 },
  { pattern: /^(?:this|these|those|such|that|his|its|their|the (?:same|other|former|latter|first|second|one|two|rest))\b/iu, factor: 0.72 },
  { pattern: /^(?:but|yet|nor|or|still|otherwise|hence|thus|therefore|again|also|too|so|then|not|only|even|just|no|yes|both|neither|another)\b/iu, factor: 0.8 },
  { pattern: /^(?:which|who|whom|whose|where|when|if|as|than|because|while|whereas|though|although)\b/iu, factor: 0.85 },
  { pattern: /\b(?:it|them|this|that|so)[.;]?$/iu, factor: 0.7 },
  { pattern: /^there (?:is|are|was|were) (?:an?|one|some|another|also|now|two|a few|many)?\s*(?:\p{L}+ )?(?:points?|things?|questions?|conditions?|matters?|respects?|way|circumstances?)\b/iu, factor: 0.25 },
  { pattern: /^(?:never mind|do not|don't|try|try to|note that|notice|keep in mind|go|come|put|bear in mind)\b/iu, factor: 0.7 },
  { pattern: /^(?:how|what) (?:\p{L}+ )?(?:an? |\p{L}+ )/iu, factor: 0.55 },
  { pattern: /^(?:\p{L}+ ){1,4}then\b/iu, factor: 0.75 },
  { pattern: /^(?:without|besides|except|instead of|because|since|unless|until|although|though|whether|as|like|upon|in (?:like|the same) (?:manner|way)|by (?:this|that|these))\b/iu, factor: 0.7 },
  { pattern: /^(?:the )?(?:reason|cause|point|question|answer|result|consequence)s? (?:of (?:this|that|it) )?(?:is|was|are)\b/iu, factor: 0.75 },
  { pattern: /^(?:of|in|with|by|to|from|for|on|at|upon) (?:this|that|these|those|it|them|which)\b/iu, factor: 0.6 },
  { pattern: /\b(?:in (?:this|that|the same) (?:way|manner|respect|case|instance)|like (?:this|that)|of (?:this|that) (?:kind|sort|shape|nature|description))\b/iu, factor: 0.65 },
  // Points at something that a reader can't see.
  { pattern: /^(?:here(?:'s|,? (?:(?:too|also|again|then),? )?(?:is|are|was|were|we|you|i)\b)|there (?:it|they|you|he|she) |look(?: at|,)|see |behold|observe|notice|watch|listen)/iu, factor: 0.3 },
  { pattern: /\b(?:here (?:is|are|you|we|i)|as you (?:can )?see|you (?:now |can |will )?see (?:here|this|these|that it|it|the)|i have (?:here|brought|got|placed|put|made)|this (?:slide|picture|figure|board|diagram|chart|glass|vessel|jar|bottle|tube|table|piece|one|apparatus|instrument|specimen)|(?:in|on|over) (?:front of|this side|that side)|over (?:here|there)|before you)\b/iu, factor: 0.5 },
  // About the talk and not its subject.
  { pattern: /\b(?:next (?:time|lecture|week|slide)|last (?:time|lecture|week)|(?:this|the|our|my|present|former|these) (?:lectures?|talk|course|occasion|address)|office hours|home ?work|exam|ladies and gentlemen|thank you|thanks|welcome|applause|laughter|good (?:morning|afternoon|evening))\b/iu, factor: 0.35 },
  { pattern: /\b(?:i (?:am|was|'m) (?:going|about|anxious|obliged|sure|sorry|afraid|glad)|i (?:shall|will|should|would|want|wish|mean|propose|purpose|intend|hope|need|must|may|can|could|have|had|take|am|was|do|did|don't|cannot)|i'(?:m|ll|ve|d)|let me|permit me|allow me|suppose i|if i)\b/iu, factor: 0.5 },
  { pattern: /\b(?:i|me|my|mine|myself)\b/iu, factor: 0.7 },
  { pattern: /^(?:(?:if|when|as|and|but|now|here) )?i\b/iu, factor: 0.6 },
  { pattern: /\b(?:kindness|kindly|kind friends?|supplied me|sent (?:to )?me|indebted|obliged to|grateful|gratitude|honou?r (?:of|to)|privilege|pleasure (?:of|to)|congratulate)\b/iu, factor: 0.35 },
  { pattern: /\b(?:you|your|yours)\b/iu, factor: 0.8 },
  { pattern: /^(?:let us|let's|we (?:will|shall|come|turn|now|have now|are going)|take|suppose|imagine|consider|remember when|ask|tell)\b/iu, factor: 0.6 },
  { pattern: /\b(?:he|she|him)\b/iu, factor: 0.85 },
  { pattern: /\b(?:said|says|replied|exclaimed|asked)\b|["“]/iu, factor: 0.75 },
  // Says something that is worth keeping.
  { pattern: /\b(?:important|essential|fundamental|crucial|principle|principles|law|laws|rule|theorem|hypothesis|theory|evidence|proof|conclusion|in general|generally|always|never)\b/iu, factor: 1.25 },
  { pattern: /\b(?:because|therefore|consequently|hence|so that|the (?:reason|cause|effect|result|consequence|purpose|function)|caused by|due to|owing to|depends? (?:up)?on|results? (?:in|from)|leads? to|arises? from|produces?|requires?|consists? (?:of|in)|is (?:composed|made up|formed) of|in order (?:to|that)|by means of)\b/iu, factor: 1.3 },
  { pattern: /\b(?:is|are|was|were) (?:called|named|termed|known as|defined as|said to be)\b|\b(?:we|they|people|chemists|physicists|philosophers) call\b|\bby .{1,30} (?:i|we) mean\b|\bmeans? that\b/iu, factor: 1.35 },
  { pattern: /\b(?:difference between|distinguish(?:es|ed)?|as opposed to|in contrast|compared (?:to|with)|whereas|rather than|not .{2,40}, but)\b/iu, factor: 1.2 },
  { pattern: /\b(?:two|three|four|five|several) (?:kinds|types|sorts|ways|parts|classes|forms|causes|reasons|stages|steps|conditions)\b/iu, factor: 1.25 },
  { pattern: /^(?:\p{L}+ ){1,5}(?:is|are|was|were|has|have|can|contains?|consists?|forms?|becomes?|makes?|gives?)\b/iu, factor: 1.15 },
  { pattern: /\b\p{N}+(?:[.,]\p{N}+)*\b/u, factor: 1.05 },
];

// The same where it is cheap to know: what hangs on the sentence before, what is about the course,
// what explains.
// prettier-ignore
const OTHERS: Record<string, Habit[]> = {
  de: [
    { pattern: /^(?:das|dies|es|er|sie|damit|dadurch|dabei|deshalb|daher|so|dann) (?:ist|sind|war|hat|haben|wird|werden|kann|muss|heißt|bedeutet|geht|liegt)(?=\s)/iu, factor: 0.5 },
    { pattern: /^dies(?:e[mnrs]?|er)(?=\s)/iu, factor: 0.72 },
    { pattern: /(?<!\p{L})(?:letzte|nächste|vorige) (?:woche|stunde|mal|vorlesung)/iu, factor: 0.35 },
    { pattern: /(?<!\p{L})(?:nennt man|heißt|versteht man|bezeichnet man|ist (?:der|die|das|ein|eine) \p{Lu})/u, factor: 1.25 },
  ],
  fr: [
    { pattern: /^(?:c['’]est|ce sont|cela|ça|ceci|il|elle|ils|elles|cette|cet|ces)(?=\s)/iu, factor: 0.6 },
    { pattern: /(?:semaine|fois) (?:dernière|prochaine)|la dernière fois/iu, factor: 0.35 },
    { pattern: /\s(?:est|sont) (?:un|une|le|la|l['’]|des) ?\p{L}/iu, factor: 1.2 },
  ],
  es: [
    { pattern: /^(?:esto|eso|es[ae]s?|esos|est[ae]s?|estos|él|ellas?|ellos|por eso|es|son)(?=\s)/iu, factor: 0.6 },
    { pattern: /(?:semana|vez|clase) (?:pasada|que viene|próxima)|la próxima/iu, factor: 0.35 },
    { pattern: /\s(?:es|son) (?:un|una|el|la|los|las) \p{L}/iu, factor: 1.2 },
  ],
  it: [
    { pattern: /^(?:quest[oaie]|quell[oaie]|ciò|ess[oaie]|egli|lui|lei|loro|è|sono)(?=\s)/iu, factor: 0.6 },
    { pattern: /(?:settimana|volta|lezione) (?:scorsa|prossima)|la prossima/iu, factor: 0.35 },
    { pattern: /\s(?:è|sono) (?:un|una|uno|il|lo|la|l['’]|i|gli|le) ?\p{L}/iu, factor: 1.2 },
  ],
  pt: [
    { pattern: /^(?:isto|isso|est[ea]s?|ess[ea]s?|el[ea]s?|é|são)(?=\s)/iu, factor: 0.6 },
    { pattern: /(?:semana|aula|vez) (?:passada|que vem|próxima)|a próxima/iu, factor: 0.35 },
    { pattern: /\s(?:é|são) (?:um|uma|o|a|os|as) \p{L}/iu, factor: 1.2 },
  ],
  nl: [
    { pattern: /^(?:dit|dat|deze|die|hij|zij|ze|het) (?:is|zijn|was|heeft|hebben|wordt|kan|moet)(?=\s)/iu, factor: 0.5 },
    { pattern: /(?:vorige|volgende) (?:week|keer|les)/iu, factor: 0.35 },
    { pattern: /\s(?:is|zijn) (?:een|de|het) \p{L}/iu, factor: 1.2 },
  ],
};

/**
 * How well a sentence stands alone and how much it states, 1 for a plain statement. Beyond
 * English few habits are known, or only those of every language.
 */
export function standsAlone(sentence: string, language: string | undefined): number {
  const own = language === "en" ? ENGLISH : (OTHERS[language ?? ""] ?? []);
  const habits = [...ANY_LANGUAGE, ...own];
  let value = 1;
  for (const { pattern, factor } of habits) if (pattern.test(sentence)) value *= factor;
  return Math.min(2, value);
}

const STARTS_LATE =
  /^(?:of|to|in|on|at|by|for|from|with|and|or|than)\s(?![^,]{1,60},)|^(?:therefore|then|thus|also|and) (?:will|would|is|are|was|were|has|have|had|can)\b/iu;
const STOPS_EARLY =
  /\b(?:requires?|secure|build|help|develop|provide|meet|and|or|to|of|for|with|from|the|an?|our|their|its|is|are|was|were|be|has|have|had|made|than|as|while|who|which|that)[.;]?$|[;:] \p{L}+[.;]?$/iu;
const VERB =
  /\b(?:is|are|was|were|am|has|have|had|does|do|did|will|would|can|could|may|might|must|shall|should|becomes?|became|makes?|made|gives?|gave|takes?|took|goes|went|comes?|came|gets?|got|seems?|means?|shows?|needs?|contains?|consists?|forms?|turns?|keeps?|kept|holds?|held|says?|said|finds?|found|remains?|begins?|began|requires?|depends?|picks?|builds?|uses?|\p{L}+n't|\p{L}+'s|\p{L}{3,}ed (?:the|an?|to|by|in|on|at|with|for|from|into|that|it|them|him|her|us|its|their|our|his|more|over|up|down|out|as))\b/iu;
const OF_A_PART = 0.6;

/**
 * Below 1 for what seems to be a part of a sentence: a transcript without punctuation is cut where
 * the speaker drew breath. Among points a part says something; alone in a summary it does not.
 */
export function wholeness(sentence: string, language: string | undefined): number {
  if (language !== "en") return 1;
  const lacks = [
    STARTS_LATE.test(sentence),
    STOPS_EARLY.test(sentence),
    !VERB.test(sentence),
  ].filter(Boolean);
  return OF_A_PART ** lacks.length;
}

const TASK =
  /\b(?:due (?:on|by|next|this|today|tomorrow)|deadline|(?:exam|midterm|final|quiz|test) (?:is (?:on|in|at|next|this|going|due|scheduled|tomorrow)|will be|takes place|on (?:\p{Lu}|the))|(?:for|in|on) the (?:exam|midterm|final exam|quiz)\b|hand(?:ed)? in(?! hand\b)|abgabe|abgegeben|abzugeben|klausur|prüfung|examen|devoir|à rendre|entrega|contrôle)\b/iu;

/** True for a date or task that students need, though it is about the course and not its subject. */
export function isTask(sentence: string): boolean {
  return TASK.test(sentence);
}

const DATE =
  /(?<=\s)\p{Lu}\p{L}+|\p{N}|\b(?:tomorrow|next|morgen|nächste|demain|prochain|mañana)\b/u;

/** True for a task with a date, which stands among the points beside what is taught. */
export function isDatedTask(sentence: string): boolean {
  return isTask(sentence) && DATE.test(sentence);
}

/** 1 for a length that reads well as a point, less for fragments and for half paragraphs. */
export function lengthValue(words: number): number {
  if (words < 5) return 0.1;
  if (words < 9) return 0.35 + (words - 5) * 0.12;
  if (words <= 26) return 1;
  return words <= 34 ? 1 - (words - 26) * 0.03 : Math.max(0.2, 0.76 - (words - 34) * 0.05);
}
