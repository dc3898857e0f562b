// What is said about an answer's form: to servers that can't be held to a schema, and to a model
// whose answer could not be used.
//
// It must achieve: one JSON object and nothing around it; and in a repair, that only what was wrong
// changes.

/** For servers without structured outputs: the schema in words that every model knows. */
export function formRule(jsonSchema: unknown): string {
  return (
    "\n\nAnswer with one JSON object and nothing else: no introduction, no code fence. " +
    `It must fit this JSON Schema:\n${JSON.stringify(jsonSchema)}`
  );
}

const SHOWN_PROBLEMS = 12;

/** Asks for the same answer again without what was wrong with it. */
export function repairPrompt(problems: string[]): string {
  const shown = problems.slice(0, SHOWN_PROBLEMS).map((problem) => `- ${problem}`);
  return (
    "That answer can't be used:\n" +
    `${shown.join("\n")}\n` +
    "Write it again, whole, with these things put right. Everything else stays as it is."
  );
}
