// The merge through a language model. Sections stay as they were written; the model adds what
// stands around them. Where it fails, the offline merge of the same drafts takes its place.

import { MAX_TITLE_LENGTH, NOTES_LIMITS } from "../../../domain/limits.ts";
import type { NotesContent, Point, SectionDraft } from "../../../domain/notes.ts";
import type { Sentence } from "../../../domain/transcript.ts";
import { countWords, normalizeWord, wordsOf } from "../../../domain/words.ts";
import { mergeDrafts } from "../offline/merge.ts";
import { OFFLINE_WRITER_NAME } from "../offline/writer.ts";
import { mergePrompt } from "../prompts/merge.ts";
import { ProviderError, type MergeRequest, type MergeResult } from "../types.ts";
import { mergeAnswer, type MergeAnswer } from "./answers.ts";
import { ask, UnusableAnswer, type Conversation, type Problem } from "./chat.ts";
import { groundOf, isSupported, lineOf, supportOf, type Ground } from "./grounding.ts";
import { tokensOf } from "./tokens.ts";
import { cleanHeading, cleanText } from "./windowAnswer.ts";

const ANSWER_TOKENS = 1600;
const PROMPT_OVERHEAD_TOKENS = 1000;
/** How much of every draft is shown, from all to little, until it fits. */
const MATERIAL_LEVELS = [4, 3, 2, 1];
const SUMMARY_WORDS = { fewest: 30, most: 220 };
/** A summary puts things in words of its own more than a point does. */
const SUMMARY_SUPPORT = 0.3;

/**
 * The finished notes.
 *
 * @throws ProviderError of kind `transient` or `account`
 */
export async function mergeByModel(
  conversation: Conversation,
  request: MergeRequest,
  writer: SectionDraft["writer"],
): Promise<Omit<MergeResult, "usage">> {
  const offline = mergeDrafts(request);
  const byHand = (fallbackReason: string) => ({
    notes: offline,
    writer: OFFLINE_WRITER_NAME,
    fallbackReason,
  });
  if (offline.sections.length === 0) return { notes: offline, writer: OFFLINE_WRITER_NAME };
  const material = materialOf(request, offline, conversation.endpoint.contextTokens);
  if (!material) return byHand("The lecture's drafts are too long for the model.");
  const ground = groundOf(material.statements, request.language);
  try {
    const answer = await ask(conversation, {
      ...material.prompt,
      schema: mergeAnswer,
      schemaName: "finished_notes",
      answerTokens: ANSWER_TOKENS,
      problemsOf: (given) => problemsOfMerge(given, ground),
    });
    return { notes: notesOf(answer, offline, ground, request), writer };
  } catch (error) {
    if (error instanceof UnusableAnswer) return byHand(error.message);
    if (error instanceof ProviderError && (error.kind === "input" || error.kind === "output")) {
      return byHand(error.userMessage);
    }
    throw error;
  }
}

type Material = { statements: Sentence[]; prompt: { system: string; user: string } };

function materialOf(
  request: MergeRequest,
  offline: NotesContent,
  contextTokens: number | undefined,
): Material | undefined {
  const drafts = [...request.drafts].sort((a, b) => a.startMs - b.startMs);
  const available =
    (contextTokens ?? Number.POSITIVE_INFINITY) - ANSWER_TOKENS - PROMPT_OVERHEAD_TOKENS;
  for (const level of MATERIAL_LEVELS) {
    const statements = drafts
      .flatMap(({ gist, keyTakeaways }) => [
        ...gist.slice(0, level),
        ...keyTakeaways.slice(0, level),
      ])
      .sort((a, b) => a.startMs - b.startMs)
      .map(({ text, startMs }) => ({ text, startMs, endMs: startMs }));
    const prompt = mergePrompt({
      statements: statements.map(({ text }) => text),
      headings: level > 1 ? offline.sections.map(({ heading }) => heading) : [],
      definitions: level > 1 ? offline.definitions : [],
      language: request.language,
    });
    if (tokensOf(prompt.user) <= available) return { statements, prompt };
  }
  return undefined;
}

function problemsOfMerge(answer: MergeAnswer, ground: Ground): Problem[] {
  const problems: Problem[] = [];
  const words = countWords(answer.summary);
  // A short lecture has no more to say than its statements.
  const fewest = Math.min(
    SUMMARY_WORDS.fewest,
    ground.lines.reduce((sum, line) => sum + countWords(line.text), 0) / 2,
  );
  if (answer.title.trim() === "") {
    problems.push({
      forModel: "The title is empty.",
      forReader: "The model gave the notes no title.",
    });
  }
  if (words < fewest || words > SUMMARY_WORDS.most) {
    problems.push({
      forModel: `The summary has ${words} words; it should have 60 to 150.`,
      forReader: "The model's summary was too short or too long.",
    });
  }
  if (supportOf(ground, answer.summary) < SUMMARY_SUPPORT) {
    problems.push({
      forModel:
        "The summary is not about the statements. Use only what they say, in their language and terms.",
      forReader: "The model's summary was not about this lecture.",
    });
  }
  if (takeawaysOf(answer, ground).length === 0) {
    problems.push({
      forModel: "No takeaway rests on the statements. Use only what they say.",
      forReader: "The model's takeaways were not from this lecture.",
    });
  }
  return problems;
}

function notesOf(
  answer: MergeAnswer,
  offline: NotesContent,
  ground: Ground,
  request: MergeRequest,
): NotesContent {
  const given = request.titleHint?.trim();
  const dropped = new Set(answer.sameDefinitions.map((number) => Math.round(number) - 1));
  // An earlier definition is needed for another one to be the same.
  dropped.delete(0);
  return {
    title: given ? given.slice(0, MAX_TITLE_LENGTH) : cleanHeading(answer.title),
    summary: cleanText(answer.summary, NOTES_LIMITS.summaryLength),
    sections: offline.sections,
    keyTakeaways: takeawaysOf(answer, ground),
    definitions: offline.definitions.filter((_, index) => !dropped.has(index)),
  };
}

function takeawaysOf(answer: MergeAnswer, ground: Ground): Point[] {
  const seen = new Set<string>();
  const takeaways: Point[] = [];
  for (const { text, statement } of answer.keyTakeaways) {
    const clean = cleanText(text, NOTES_LIMITS.pointLength);
    const key = wordsOf(clean).map(normalizeWord).join(" ");
    if (clean === "" || seen.has(key) || !isSupported(ground, clean)) continue;
    seen.add(key);
    const line = ground.lines[lineOf(ground, clean, statement)];
    takeaways.push({ text: clean, startMs: line?.startMs ?? 0 });
  }
  return takeaways.slice(0, NOTES_LIMITS.keyTakeaways.max);
}
