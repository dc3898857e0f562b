// Splits a snippet into what was searched for and the rest.

export type Part = { text: string; isMatch: boolean };

/** Words of the query are found at the start of words, whatever their case: "atom" marks "Atoms" but not "anatomy". */
export function highlightParts(snippet: string, query: string): Part[] {
  const words = query.match(/[\p{L}\p{N}]+/gu);
  if (!words) return [{ text: snippet, isMatch: false }];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join("|")})[\\p{L}\\p{N}]*`, "giu");
  const parts: Part[] = [];
  let end = 0;
  for (const match of snippet.matchAll(pattern)) {
    if (match.index > end) parts.push({ text: snippet.slice(end, match.index), isMatch: false });
    parts.push({ text: match[0], isMatch: true });
    end = match.index + match[0].length;
  }
  if (end < snippet.length) parts.push({ text: snippet.slice(end), isMatch: false });
  return parts;
}
