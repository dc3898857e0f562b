// The prompt that makes the whole from the drafts of all windows.
//
// It must achieve: a title that names the subject; one paragraph that tells the lecture's line of
// thought to somebody who will read nothing else; the things to remember, which are not the summary
// again; and which definitions say the same. It sees the drafts only, so its cost is small and it
// can't bring back what a draft left out.

import { MATERIAL_RULE, asMaterial, quoted } from "./quoting.ts";

const RULES = `You finish the notes of a lecture. Its stretches have been written already; you write what stands around them.
${MATERIAL_RULE}

The material is numbered statements (S1, S2 ...), headings, and numbered definitions (D1, D2 ...), in the lecture's order.

What to write:
- title: what the lecture is about, as a phrase of 2 to 10 words. No full stop, no "Lecture on", no "Notes".
- summary: one paragraph of 60 to 150 words with the lecture's line of thought, in full sentences.
- keyTakeaways: 3 to 10 things to remember, most important first, each one sentence, each with the number of the statement it rests on. Other statements than the summary, no two alike.
- sameDefinitions: numbers of definitions that explain a term which an earlier one explains as well. Usually none.

How:
- Only what the material says. Do not add knowledge of your own.
- Write in the language of the material.
- Formulas as LaTeX between $ signs, code between backticks.`;

export type MergePrompt = {
  statements: string[];
  headings: string[];
  definitions: { term: string; meaning: string }[];
  language: string | undefined;
};

/** System and user message for the merge. */
export function mergePrompt(prompt: MergePrompt): { system: string; user: string } {
  const language = prompt.language ? `Language of the lecture: ${quoted(prompt.language)}.\n` : "";
  const content = [
    "Headings:",
    ...prompt.headings.map((heading) => `- ${quoted(heading)}`),
    "Statements:",
    ...prompt.statements.map((text, index) => `S${index + 1}| ${quoted(text)}`),
    ...(prompt.definitions.length > 0 ? ["Definitions:"] : []),
    ...prompt.definitions.map(
      ({ term, meaning }, index) => `D${index + 1}| ${quoted(term)}: ${quoted(meaning)}`,
    ),
  ].join("\n");
  return { system: RULES, user: `${language}${asMaterial(content)}\nFinish the notes.` };
}
