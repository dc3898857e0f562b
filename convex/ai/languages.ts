// Languages as codes: speech models name them in English ("german"), in ISO 639-1 or as a locale.

// prettier-ignore
const CODES: Record<string, string> = {
  afrikaans: "af", arabic: "ar", armenian: "hy", azerbaijani: "az", basque: "eu", belarusian: "be",
  bengali: "bn", bosnian: "bs", bulgarian: "bg", burmese: "my", cantonese: "yue", castilian: "es",
  catalan: "ca", chinese: "zh", croatian: "hr", czech: "cs", danish: "da", dutch: "nl", english: "en",
  estonian: "et", finnish: "fi", flemish: "nl", french: "fr", galician: "gl", georgian: "ka",
  german: "de", greek: "el", gujarati: "gu", hebrew: "he", hindi: "hi", hungarian: "hu",
  icelandic: "is", indonesian: "id", italian: "it", japanese: "ja", kannada: "kn", kazakh: "kk",
  khmer: "km", korean: "ko", lao: "lo", latin: "la", latvian: "lv", lithuanian: "lt",
  macedonian: "mk", malay: "ms", malayalam: "ml", mandarin: "zh", marathi: "mr", mongolian: "mn",
  nepali: "ne", norwegian: "no", nynorsk: "nn", persian: "fa", polish: "pl", portuguese: "pt",
  punjabi: "pa", romanian: "ro", moldavian: "ro", russian: "ru", serbian: "sr", sinhala: "si",
  slovak: "sk", slovenian: "sl", somali: "so", spanish: "es", swahili: "sw", swedish: "sv",
  tagalog: "tl", tamil: "ta", telugu: "te", thai: "th", turkish: "tr", ukrainian: "uk", urdu: "ur",
  uzbek: "uz", valencian: "ca", vietnamese: "vi", welsh: "cy", yiddish: "yi", yoruba: "yo",
};

/** The ISO 639 code of a language that a model named, or undefined when it names none. */
export function languageCode(name: string): string | undefined {
  const bare = name.trim().toLowerCase();
  const known = CODES[bare];
  if (known) return known;
  const code = /^([a-z]{2,3})(?:[-_][a-z0-9]+)*$/u.exec(bare)?.[1];
  return code === "und" ? undefined : code;
}
