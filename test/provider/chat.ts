// The language model of the test provider. It can only say what it was given: its notes are made of the numbered lines
// in the prompt, so notes that lack, double or invent something show what the prompt held.
import type { Fault } from "./faults.ts";

export type ChatRequest = {
  model: string;
  messages: { role: "system" | "user" | "assistant"; content: string }[];
  response_format?: { type: "json_schema" | "json_object" | "text"; json_schema?: unknown };
  max_completion_tokens?: number;
  max_tokens?: number;
};

type Line = { number: number; text: string };

/** The answer's text: notes of a window, or the merge of drafts, as the prompt asks for. */
export function answerChat(request: ChatRequest, fault?: Fault["kind"]): string {
  if (fault === "invalid_json") return "Here are your notes, I hope they help!";
  if (fault === "wrong_schema") return JSON.stringify({ notes: [{ headline: 7 }] });
  const asked = request.messages.find(({ role }) => role === "user")?.content ?? "";
  const material = /<material>\n([\s\S]*?)\n<\/material>/.exec(asked)?.[1] ?? "";
  const statements = linesOf(material, /^S(\d+)\| (.*)$/gm);
  const answer = statements.length > 0 ? merge(material, statements) : notes(material);
  const text = JSON.stringify(answer);
  return fault === "too_long" ? text.slice(0, text.length / 2) : text;
}

/** Four points from evenly spread lines for every section, sections of about equal length. */
function notes(material: string) {
  const lines = linesOf(material, /^(\d+)\| (.*)$/gm);
  const sectionCount = Math.min(3, Math.max(1, Math.floor(lines.length / 12)));
  const perSection = Math.ceil(lines.length / sectionCount);
  const sections = Array.from({ length: sectionCount }, (_, index) => {
    const own = lines.slice(index * perSection, (index + 1) * perSection);
    return {
      heading: phraseOf(own[0]?.text ?? "Nothing was said"),
      points: spread(own, 4).map(({ number, text }) => ({ text, line: number })),
    };
  });
  return {
    sections,
    definitions: lines.flatMap(definitionIn).slice(0, 6),
    gist: spread(lines, 3).map(({ number, text }) => ({ text, line: number })),
    keyTakeaways: spread(lines.slice(1), 2).map(({ number, text }) => ({ text, line: number })),
  };
}

function merge(material: string, statements: Line[]) {
  const headings = [...material.matchAll(/^- (.*)$/gm)].map((match) => match[1] ?? "");
  let summary = "";
  for (const { text } of statements) {
    if (summary.split(" ").length + text.split(" ").length > 140) break;
    summary = `${summary} ${text}`.trim();
  }
  return {
    title: headings[0] ?? phraseOf(statements[0]?.text ?? "A lecture"),
    summary,
    keyTakeaways: spread(statements, 4).map(({ number, text }) => ({ text, statement: number })),
    sameDefinitions: [],
  };
}

/** "A candle is ..." as a definition of the candle. */
function definitionIn({ number, text }: Line) {
  const match = /^(?:An?|The) ((?:\w+ ){0,2}\w+) is ((?:an?|the) .{20,})$/i.exec(text);
  return match?.[1] && match[2] ? [{ term: match[1], meaning: match[2], line: number }] : [];
}

function linesOf(material: string, pattern: RegExp): Line[] {
  return [...material.matchAll(pattern)].map((match) => ({
    number: Number(match[1]),
    text: match[2] ?? "",
  }));
}

function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => {
    const item = items[Math.floor((index * items.length) / count)];
    if (item === undefined) throw new Error("The list has holes.");
    return item;
  });
}

/** The first words of a sentence, as a heading. */
function phraseOf(text: string): string {
  return text
    .replace(/[.?!,;:].*$/s, "")
    .split(" ")
    .slice(0, 7)
    .join(" ");
}
