// The forms in which a model answers. Limits of length and number are checked afterwards: not every
// server knows them in a schema, and what is a little too long can be cut instead of refused.

import { z } from "zod";

const statement = z.object({
  text: z.string(),
  line: z.number().describe("number of the transcript line where it was said"),
});

export const windowAnswer = z.object({
  sections: z.array(z.object({ heading: z.string(), points: z.array(statement) })),
  definitions: z.array(
    z.object({
      term: z.string(),
      meaning: z.string(),
      line: z.number().describe("number of the transcript line where it was explained"),
    }),
  ),
  gist: z.array(statement),
  keyTakeaways: z.array(statement),
});
export type WindowAnswer = z.infer<typeof windowAnswer>;

export const mergeAnswer = z.object({
  title: z.string(),
  summary: z.string(),
  keyTakeaways: z.array(
    z.object({
      text: z.string(),
      statement: z.number().describe("number of the statement it rests on"),
    }),
  ),
  sameDefinitions: z.array(z.number()),
});
export type MergeAnswer = z.infer<typeof mergeAnswer>;

/**
 * The JSON value in an answer: some models think aloud before it, put it into a code fence or add
 * a remark after it.
 *
 * @returns undefined when there is none
 */
export function jsonIn(answer: string): unknown {
  const said = answer.replace(/<think>[\s\S]*?<\/think>/gu, "").trim();
  const fenced = /```(?:json)?\s*([\s\S]*?)```/u.exec(said)?.[1];
  const start = said.indexOf("{");
  const end = said.lastIndexOf("}");
  const braces = start >= 0 && end > start ? said.slice(start, end + 1) : undefined;
  for (const text of [said, fenced, braces]) {
    if (text === undefined) continue;
    try {
      return JSON.parse(text);
    } catch {
      continue;
    }
  }
  return undefined;
}

/** What a schema says about an answer, as sentences that a model can act on. */
export function problemsOfForm(error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    const path = issue.path.map(String).join(".");
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
}
