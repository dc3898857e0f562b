// One window through a language model: whole if it can be, in smaller parts where the model fails,
// and by the offline outline where it fails again.

import type { SectionDraft } from "../../../domain/notes.ts";
import { toSentences } from "../../../domain/sentences.ts";
import { formatClock } from "../../../domain/time.ts";
import type { Segment, Sentence } from "../../../domain/transcript.ts";
import { outlineOf } from "../offline/outline.ts";
import { OFFLINE_WRITER_NAME } from "../offline/writer.ts";
import { windowPrompt } from "../prompts/window.ts";
import { ProviderError, type Mark, type WindowRequest } from "../types.ts";
import { windowAnswer } from "./answers.ts";
import { ask, UnusableAnswer, type Conversation } from "./chat.ts";
import { groundOf } from "./grounding.ts";
import { answerTokens, tokensOf } from "./tokens.ts";
import { partOf, problemsOfWindowAnswer, type WrittenPart } from "./windowAnswer.ts";

/** Bad answers get better in halves or not at all; too much material may need several cuts. */
const MOST_CUTS = { badAnswer: 1, tooLarge: 4 };
const FEWEST_LINES = 6;
/** Instructions, marks and the form of messages, reckoned once and generously. */
const PROMPT_OVERHEAD_TOKENS = 1400;
const GIST_SENTENCES = 4;
const TAKEAWAYS = 4;

type Part = { lines: Sentence[]; cuts: number };
type Written = WrittenPart & { startMs: number; endMs: number; failure?: string };

/**
 * The drafts of a window.
 *
 * @throws ProviderError of kind `transient` or `account`
 */
export async function writeWindowByModel(
  conversation: Conversation,
  request: WindowRequest,
  writer: SectionDraft["writer"],
): Promise<SectionDraft> {
  const lines = toSentences(request.segments);
  const outline = outlineOf(request, OFFLINE_WRITER_NAME);
  // Nothing was said: there is nothing to ask a model about.
  if (lines.length === 0) return outline;
  const written: Written[] = [];
  const waiting: Part[] = fitting(lines, conversation.endpoint.contextTokens);
  for (let part = waiting.shift(); part; part = waiting.shift()) {
    const headings = [
      ...request.headingsSoFar,
      ...written.flatMap(({ sections }) => sections.map(({ heading }) => heading)),
    ];
    const result = await writePart(conversation, request, part, headings);
    if (result.ok) {
      written.push(result.written);
      continue;
    }
    const halves = halvesOf(part, result);
    if (halves) waiting.unshift(...halves);
    else written.push(outlinedPart(request, part, headings, result.failure));
  }
  return joined(request, written, outline, writer);
}

type Failure = { ok: false; failure: string; tooLarge: boolean };

async function writePart(
  conversation: Conversation,
  request: WindowRequest,
  part: Part,
  headingsSoFar: string[],
): Promise<{ ok: true; written: Written } | Failure> {
  const ground = groundOf(part.lines, request.language);
  const texts = part.lines.map(({ text }) => text);
  const prompt = windowPrompt({
    lines: texts,
    headingsSoFar,
    language: request.language ?? ground.language,
    marks: markedLines(request.marks ?? [], part.lines),
  });
  try {
    const answer = await ask(conversation, {
      ...prompt,
      schema: windowAnswer,
      schemaName: "lecture_notes",
      answerTokens: answerTokens(tokensOf(texts.join("\n"))),
      problemsOf: (given) => problemsOfWindowAnswer(given, ground),
    });
    return { ok: true, written: { ...partOf(answer, ground), ...rangeOf(part.lines) } };
  } catch (error) {
    return failureOf(error, conversation, part.cuts > 0);
  }
}

/** What may be mended with less material or offline; everything else is the pipeline's to retry. */
function failureOf(error: unknown, conversation: Conversation, isPart: boolean): Failure {
  if (error instanceof UnusableAnswer) {
    return { ok: false, failure: error.message, tooLarge: error.tooLarge };
  }
  if (!(error instanceof ProviderError)) throw error;
  if (error.kind === "input" || error.kind === "output") {
    return { ok: false, failure: error.userMessage, tooLarge: error.code === "too_large" };
  }
  // What has been written so far is not thrown away because the rest came too late.
  if (isPart && error.code === "timeout" && Date.now() >= conversation.deadlineMs) {
    return { ok: false, failure: "The model was too slow.", tooLarge: false };
  }
  throw error;
}

function halvesOf(part: Part, { tooLarge }: Failure): Part[] | undefined {
  const mostCuts = tooLarge ? MOST_CUTS.tooLarge : MOST_CUTS.badAnswer;
  if (part.cuts >= mostCuts || part.lines.length < 2 * FEWEST_LINES) return undefined;
  const middle = Math.ceil(part.lines.length / 2);
  return [part.lines.slice(0, middle), part.lines.slice(middle)].map((lines) => ({
    lines,
    cuts: part.cuts + 1,
  }));
}

/** As few parts as the model's context allows. */
function fitting(lines: Sentence[], contextTokens: number | undefined): Part[] {
  const tokens = lines.map(({ text }) => tokensOf(text) + 3);
  const total = tokens.reduce((sum, count) => sum + count, 0);
  const available = (contextTokens ?? Number.POSITIVE_INFINITY) - PROMPT_OVERHEAD_TOKENS;
  const count = partCount(total, available);
  if (count === 1) return [{ lines, cuts: 0 }];
  const parts: Part[] = [{ lines: [], cuts: 0 }];
  let used = 0;
  lines.forEach((line, index) => {
    if (used >= total / count && parts.length < count) {
      parts.push({ lines: [], cuts: 0 });
      used = 0;
    }
    parts.at(-1)?.lines.push(line);
    used += tokens[index] ?? 0;
  });
  return parts.filter((part) => part.lines.length > 0);
}

function partCount(total: number, available: number): number {
  for (let count = 1; count < 64; count += 1) {
    const material = total / count;
    if (material + answerTokens(material) <= available) return count;
  }
  return 64;
}

function outlinedPart(
  request: WindowRequest,
  { lines }: Part,
  headingsSoFar: string[],
  failure: string,
): Written {
  const range = rangeOf(lines);
  const segments: Segment[] = lines.map(({ text, startMs, endMs }) => ({ text, startMs, endMs }));
  const outline = outlineOf({ ...request, ...range, segments, headingsSoFar }, OFFLINE_WRITER_NAME);
  return { ...outline, ...range, failure };
}

function rangeOf(lines: Sentence[]): { startMs: number; endMs: number } {
  return { startMs: lines[0]?.startMs ?? 0, endMs: lines.at(-1)?.endMs ?? 0 };
}

function joined(
  request: WindowRequest,
  written: Written[],
  outline: SectionDraft,
  writer: SectionDraft["writer"],
): SectionDraft {
  const failed = written.filter(({ failure }) => failure !== undefined);
  const allFailed = failed.length === written.length;
  const reason = failed[0]?.failure;
  const where = failed
    .map(({ startMs, endMs }) => `${formatClock(startMs)} to ${formatClock(endMs)}`)
    .join(", ");
  return {
    startMs: request.startMs,
    endMs: request.endMs,
    sections: written.flatMap(({ sections }) => sections),
    definitions: written.flatMap(({ definitions }) => definitions),
    gist: shared(
      written.map(({ gist }) => gist),
      GIST_SENTENCES,
    ).sort((a, b) => a.startMs - b.startMs),
    keyTakeaways: shared(
      written.map(({ keyTakeaways }) => keyTakeaways),
      TAKEAWAYS,
    ),
    keyphrases: outline.keyphrases,
    ...(outline.subject === undefined ? {} : { subject: outline.subject }),
    writer: allFailed ? OFFLINE_WRITER_NAME : writer,
    ...(reason === undefined
      ? {}
      : { fallbackReason: allFailed ? reason : `${reason} Outlined offline: ${where}.` }),
  };
}

/** The first of every list, then the second of every list, up to a number in all. */
function shared<T>(lists: T[][], most: number): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const rounds = Array.from({ length: longest }, (_, round) =>
    lists.flatMap((list) => list.slice(round, round + 1)),
  );
  return rounds.flat().slice(0, most);
}

function markedLines(marks: Mark[], lines: Sentence[]): { line: number; note?: string }[] {
  return marks.flatMap(({ atMs, note }) => {
    const index = lines.findLastIndex((line) => line.startMs <= atMs);
    const inside = index >= 0 && atMs <= (lines.at(-1)?.endMs ?? 0) + 5000;
    return inside ? [{ line: index + 1, ...(note === undefined ? {} : { note }) }] : [];
  });
}
