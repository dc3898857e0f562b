// Notes are plain text with formulas (LaTeX) and code in them. This finds those; the page shows them, exports translate them.

export type RichPart =
  | { kind: "text"; text: string }
  | { kind: "math"; latex: string; isBlock: boolean }
  | { kind: "code"; code: string; isBlock: boolean; language?: string };

/**
 * The parts of a note's text, in order.
 *
 * Known: ``` fences, `code`, `$$…$$` and `\[…\]` (blocks), `\(…\)` and `$…$` (inline). A single dollar opens a
 * formula only where Pandoc's rule allows it (no space inside, no digit after the closing sign), so that
 * "$5 and $10" stays money.
 */
export function parseRichText(source: string): RichPart[] {
  const parts: RichPart[] = [];
  let end = 0;
  for (const match of source.matchAll(SPECIAL)) {
    if (match.index > end) parts.push({ kind: "text", text: source.slice(end, match.index) });
    parts.push(partOf(match));
    end = match.index + match[0].length;
  }
  if (end < source.length) parts.push({ kind: "text", text: source.slice(end) });
  return parts;
}

const SPECIAL = new RegExp(
  [
    /```(?<language>[\w+#-]*)[ \t]*\n(?<fence>[\s\S]*?)\n?```/,
    /`(?<code>[^`\n]+)`/,
    /\$\$(?<dollars>[\s\S]+?)\$\$/,
    /\\\[(?<brackets>[\s\S]+?)\\\]/,
    /\\\((?<parens>[\s\S]+?)\\\)/,
    /(?<![\\$\w])\$(?<dollar>[^\s$](?:[^$\n]*[^\s$\\])?)\$(?!\d)/,
  ]
    .map((pattern) => pattern.source)
    .join("|"),
  "g",
);

function partOf(match: RegExpMatchArray): RichPart {
  const found = match.groups ?? {};
  if (found.fence !== undefined) {
    return {
      kind: "code",
      code: found.fence,
      isBlock: true,
      language: found.language || undefined,
    };
  }
  if (found.code !== undefined) return { kind: "code", code: found.code, isBlock: false };
  const block = found.dollars ?? found.brackets;
  if (block !== undefined) return { kind: "math", latex: block.trim(), isBlock: true };
  return { kind: "math", latex: (found.parens ?? found.dollar ?? "").trim(), isBlock: false };
}
