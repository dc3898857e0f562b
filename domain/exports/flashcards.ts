// Definitions as flashcards: a file that Anki imports, and a table for everything else.
import type { Definition } from "../notes.ts";
import { parseRichText, type RichPart } from "../richText.ts";
import { formatClock } from "../time.ts";

/**
 * A text file in Anki's import format (Anki manual, "Importing text files"): tab-separated, HTML, formulas for
 * Anki's MathJax, one tag per lecture. The term is the key, so that importing again updates the cards.
 */
export function definitionsToAnki(
  lectureTitle: string,
  definitions: readonly Definition[],
): string {
  const tag = lectureTitle.replaceAll(/[^\p{L}\p{N}]+/gu, "_").replaceAll(/^_+|_+$/g, "");
  const header = [
    "#separator:tab",
    "#html:true",
    "#notetype:Basic",
    "#columns:Front\tBack\tTags",
    "#tags column:3",
  ];
  const rows = definitions.map(({ term, meaning, startMs }) =>
    [
      ankiField(term),
      ankiField(meaning) +
        `<br><small>${escapeHtml(lectureTitle)}, ${formatClock(startMs)}</small>`,
      tag,
    ].join("\t"),
  );
  return `${[...header, ...rows].join("\n")}\n`;
}

/** RFC 4180, with a byte order mark so that spreadsheets read it as UTF-8. */
export function definitionsToCsv(definitions: readonly Definition[]): string {
  const rows = [
    ["Term", "Meaning", "Time"],
    ...definitions.map(({ term, meaning, startMs }) => [term, meaning, formatClock(startMs)]),
  ];
  return `\uFEFF${rows.map((row) => row.map(csvField).join(",")).join("\r\n")}\r\n`;
}

function csvField(text: string): string {
  // A spreadsheet would run a text that begins like a formula; the apostrophe is its own sign for "this is text".
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

function ankiField(text: string): string {
  return parseRichText(text)
    .map(ankiPart)
    .join("")
    .replaceAll("\t", " ")
    .replaceAll(/\r?\n/g, "<br>");
}

function ankiPart(part: RichPart): string {
  switch (part.kind) {
    case "text":
      return escapeHtml(part.text);
    case "math":
      return part.isBlock ? `\\[${escapeHtml(part.latex)}\\]` : `\\(${escapeHtml(part.latex)}\\)`;
    case "code":
      return part.isBlock
        ? `<pre><code>${escapeHtml(part.code)}</code></pre>`
        : `<code>${escapeHtml(part.code)}</code>`;
    default:
      return part satisfies never;
  }
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
