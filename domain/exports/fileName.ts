// A lecture's title as the name of a file that every system accepts.

/** Windows refuses these names whatever follows them. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
/** Long enough to be recognised, short enough for any folder (limits are 255 bytes, and 260 characters a path). */
const MAX_LENGTH = 80;

/**
 * @param title any text
 * @param extension without the dot, e.g. `md`
 */
export function exportFileName(title: string, extension: string): string {
  const cleaned = title
    .normalize("NFC")
    .replaceAll(/[\u0000-\u001f<>:"/\\|?*]+/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  const name = [...cleaned]
    .slice(0, MAX_LENGTH)
    .join("")
    .replaceAll(/^[. ]+|[. ]+$/g, "");
  return `${name === "" || RESERVED.test(name) ? "Lecture" : name}.${extension}`;
}
