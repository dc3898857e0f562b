// Sentences that Whisper-like models write over silence, because videos end with them. A last
// resort after statistics, and never complete: collected from the issue threads of Whisper and of
// apps built on it.

/** Credits of subtitle makers. Nobody says these in a lecture: they go wherever they stand alone. */
const CREDITS: RegExp[] = [
  /(?<!\p{L})amara\.?\s?org(?!\p{L})/iu,
  /^(?:subtitles?|captions?|transcription|transcribed|translated|translation|subs)\s+(?:were\s+)?(?:made\s+|created\s+)?by(?![\p{L}\p{N}]).{0,60}$/iu,
  /^untertitel(?:ung)?(?![\p{L}\p{N}]).{0,40}(?:zdf|funk|ard|orf|swr|br|wdr|amara|\d{4})/iu,
  /^sous-titrage(?![\p{L}\p{N}]).{0,60}$/iu,
  /^sous-titres\s+(?:réalisés|faits|par)(?![\p{L}\p{N}]).{0,80}$/iu,
  /^(?:legendas?|subtítulos|sottotitoli)\s+(?:por|pela|pelo|realizados|de|a cura|creati)(?![\p{L}\p{N}]).{0,80}$/iu,
  /^(?:редактор|корректор)?\s*субтитр(?:ов|ы)(?![\p{L}\p{N}]).{0,80}$/iu,
  /^napisy\s+(?:stworzone|wykonał)(?![\p{L}\p{N}]).{0,80}$/iu,
  /^ondertitel(?:s|d|ing)(?![\p{L}\p{N}]).{0,80}(?:amara|ingediend|door)/iu,
  /^titulky\s+vytvořil(?![\p{L}\p{N}]).{0,40}$/iu,
  /^(?:teksting|undertekster|undertexter|tekstitys)(?![\p{L}\p{N}]).{0,60}(?:av|från|fra|amara|nicolai)/iu,
  /^altyazı(?![\p{L}\p{N}]).{0,20}m\.?\s?k\.?$/iu,
  /^υπότιτλοι\s+authorwave$/iu,
  /^ترجمة\s+نانسي\s+قنقر$/u,
  /^字幕(?:由|志愿者|製作|制作|by)/iu,
  /^(?:자막|번역)\s*(?:제공|:|by)/iu,
];

/** Closing words of videos. A lecturer may say them: they go only where the sound gives no reason. */
const CLOSINGS: RegExp[] = [
  /^(?:thanks?|thank you)(?: (?:so|very) much)?(?: for (?:watching|listening|viewing))?(?: everyone| guys)?$/iu,
  /^(?:please )?(?:like(?: and|,) )?subscribe(?: to (?:my|the|our) channel)?$/iu,
  /^(?:i'll )?see you (?:in the )?next (?:time|video)$/iu,
  /^(?:you|bye|bye bye|the end|okay|oh|so|hmm|uh)$/iu,
  /^(?:vielen dank|danke)(?: fürs? (?:zuschauen|zuhören))?$/iu,
  /^(?:bis zum nächsten mal|tschüss)$/iu,
  /^merci(?: d'avoir regardé(?: cette vidéo)?| à tous)?$/iu,
  /^(?:muchas )?gracias(?: por ver(?: el video)?)?$/iu,
  /^(?:suscríbete(?: al canal)?)$/iu,
  /^(?:obrigad[oa])(?: por assistir)?$/iu,
  /^(?:grazie)(?: per (?:la visione|aver guardato.*))?$/iu,
  /^(?:продолжение следует|спасибо за просмотр|спасибо)$/iu,
  /^(?:dziękuję|dzięki)(?: za (?:uwagę|oglądanie))?$/iu,
  /^(?:bedankt voor het kijken|dank u wel)$/iu,
  /^(?:tack för att (?:ni|du) tittade?|tak fordi du så med|takk for at du så på)$/iu,
  /^(?:izlediğiniz için teşekkür(?:ler| ederim| ederiz))$/iu,
  /^(?:ご視聴(?:いただき)?(?:、)?(?:誠に)?ありがとうございま(?:した|す)|おやすみなさい|チャンネル登録(?:を)?(?:よろしく)?お願いします?)$/u,
  /^(?:시청해\s?주셔서 감사합니다|감사합니다|구독과 좋아요.{0,12}|mbc 뉴스.{0,20})$/iu,
  /^(?:谢谢(?:大家|观看|收看)?(?:观看|收看)?|感谢(?:您的|大家的)?(?:观看|收看)|請不吝點贊.{0,30}|请不吝点赞.{0,30}|多謝您的觀看)$/u,
  /^(?:شكرا(?:ً)?(?: للمشاهدة| لكم)?|اشتركوا في القناة)$/u,
  /^(?:cảm ơn các bạn đã (?:theo dõi|xem).{0,20}|hãy subscribe.{0,60})$/iu,
  /^(?:terima kasih(?: telah menonton)?)$/iu,
  /^(?:धन्यवाद|ขอบคุณ(?:ครับ|ค่ะ|ที่รับชม)?|תודה(?: רבה| שצפיתם)?|ευχαριστώ)$/u,
];

/** True when the text is nothing but a credit of subtitles. */
export function isSubtitleCredit(text: string): boolean {
  const bare = bareText(text);
  return bare.length <= 120 && CREDITS.some((pattern) => pattern.test(bare));
}

/** True when the text is nothing but words that videos end with. */
export function isClosingPhrase(text: string): boolean {
  const bare = bareText(text);
  return bare === "" || CLOSINGS.some((pattern) => pattern.test(bare));
}

function bareText(text: string): string {
  return (
    text
      .normalize("NFC")
      .toLowerCase()
      // Turkish capital I with its dot becomes an i and a dot of its own.
      .replace(/i\u0307/gu, "i")
      .replace(/[’ʼ]/gu, "'")
      .replace(/^[\s\p{P}♪♫]+|[\s\p{P}♪♫]+$/gu, "")
      .replace(/\s+/gu, " ")
  );
}
