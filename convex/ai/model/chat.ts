// One question to a language model, one object back. Knows the dialects of OpenAI-compatible
// servers: what one refuses is asked in a simpler way, and remembered.

import { zodResponseFormat } from "openai/helpers/zod";
import type OpenAI from "openai";
import { z } from "zod";
import { isOpenAi, type Endpoint } from "../configuration.ts";
import { callOpenAi } from "../openaiCall.ts";
import { formRule, repairPrompt } from "../prompts/form.ts";
import { ProviderError, type WritingUsage } from "../types.ts";
import { jsonIn, problemsOfForm } from "./answers.ts";
import { answerLimit, tokensOf } from "./tokens.ts";

/** How a server wants to be asked. */
type Dialect = {
  form: "schema" | "json" | "plain";
  limit: "max_completion_tokens" | "max_tokens" | "none";
  temperature: boolean;
};

/** What each endpoint and model turned out to understand; lives as long as the process. */
const learned = new Map<string, Dialect>();
const MOST_DIALECTS = 6;
/** Notes are no place for surprises, but at 0 small models fall into loops. */
const TEMPERATURE = 0.2;
/** A server that counts this much less than was sent, and just its context's size, cut the rest off. */
const CUT_PROMPT_SHARE = 0.75;
const CONTEXT_SIZES = [2048, 4096, 8192, 16_384, 32_768];

export type Question<T> = {
  schema: z.ZodType<T>;
  /** Name of the answer's form, in a URL's letters. */
  schemaName: string;
  system: string;
  user: string;
  /** What the answer needs, in tokens. */
  answerTokens: number;
  /** What is wrong with an answer of the right form; empty when it will do. */
  problemsOf: (answer: T) => Problem[];
};

/** What is wrong with an answer: for the model to mend, and for a reader to know. */
export type Problem = { forModel: string; forReader: string };

export type Conversation = {
  endpoint: Endpoint;
  /** Milliseconds since 1970 at which the whole work must have ended. */
  deadlineMs: number;
  signal?: AbortSignal;
  /** Added to by every call. */
  usage: WritingUsage;
};

/** Why an answer could not be used, in words for a reader, and whether less material may help. */
export class UnusableAnswer extends Error {
  readonly tooLarge: boolean;

  constructor(message: string, tooLarge = false) {
    super(message);
    this.name = "UnusableAnswer";
    this.tooLarge = tooLarge;
  }
}

type Message = { role: "system" | "user" | "assistant"; content: string };

/**
 * Asks, and asks once more with what was wrong.
 *
 * @throws UnusableAnswer when the second answer is no better, or the material is too much
 * @throws ProviderError for everything the provider does wrong
 */
export async function ask<T>(conversation: Conversation, question: Question<T>): Promise<T> {
  const messages: Message[] = [
    { role: "system", content: question.system },
    { role: "user", content: question.user },
  ];
  const first = await exchange(conversation, question, messages);
  if ("answer" in first) return first.answer;
  messages.push(
    { role: "assistant", content: first.said },
    { role: "user", content: repairPrompt(first.problems.map(({ forModel }) => forModel)) },
  );
  const second = await exchange(conversation, question, messages);
  if ("answer" in second) return second.answer;
  throw new UnusableAnswer(
    second.problems[0]?.forReader ?? "The model's answer could not be used.",
  );
}

type Outcome<T> = { answer: T } | { problems: Problem[]; said: string };

const WRONG_FORM = "The model did not answer in the form that it was asked for.";

async function exchange<T>(
  conversation: Conversation,
  question: Question<T>,
  messages: Message[],
): Promise<Outcome<T>> {
  const completion = await complete(conversation, question, messages);
  const choice = completion.choices?.[0];
  const said = choice?.message?.content ?? "";
  if (choice?.message?.refusal) throw new UnusableAnswer("The model refused to write these notes.");
  if (choice?.finish_reason === "content_filter") {
    throw new UnusableAnswer("The provider's content filter stopped the notes.");
  }
  if (wasCut(completion, messages)) {
    throw new UnusableAnswer("The model read only a part of this stretch.", true);
  }
  const value = jsonIn(said);
  if (choice?.finish_reason === "length" && value === undefined) {
    throw new UnusableAnswer("The model's answer became too long.", true);
  }
  if (value === undefined) {
    const problem = { forModel: "It is not a JSON object.", forReader: WRONG_FORM };
    return { problems: [problem], said: said.slice(0, 2000) };
  }
  const parsed = question.schema.safeParse(value);
  if (!parsed.success) {
    const problems = problemsOfForm(parsed.error);
    return {
      problems: problems.map((forModel) => ({ forModel, forReader: WRONG_FORM })),
      said,
    };
  }
  const problems = question.problemsOf(parsed.data);
  return problems.length === 0 ? { answer: parsed.data } : { problems, said };
}

/** Servers with a small context drop the beginning of what they get without a word. */
function wasCut(completion: OpenAI.Chat.ChatCompletion, messages: Message[]): boolean {
  const counted = completion.usage?.prompt_tokens ?? 0;
  const sent = tokensOf(messages.map(({ content }) => content).join("\n"));
  const fillsContext = CONTEXT_SIZES.some((size) => counted <= size && counted > size * 0.97);
  return fillsContext && counted < sent * CUT_PROMPT_SHARE;
}

async function complete<T>(
  conversation: Conversation,
  question: Question<T>,
  messages: Message[],
): Promise<OpenAI.Chat.ChatCompletion> {
  const { endpoint, usage } = conversation;
  const key = `${endpoint.baseUrl} ${endpoint.model}`;
  let dialect = learned.get(key) ?? firstDialect(endpoint);
  for (let tries = 1; ; tries += 1) {
    try {
      const completion = await request(conversation, question, messages, dialect);
      learned.set(key, dialect);
      usage.calls += 1;
      usage.inputTokens += completion.usage?.prompt_tokens ?? 0;
      usage.outputTokens += completion.usage?.completion_tokens ?? 0;
      return completion;
    } catch (error) {
      const simpler = tries < MOST_DIALECTS ? simplerDialect(dialect, error) : undefined;
      if (!simpler) throw error;
      dialect = simpler;
    }
  }
}

function firstDialect(endpoint: Endpoint): Dialect {
  // OpenAI's current models refuse a temperature and the old name of the limit; others know only that.
  return isOpenAi(endpoint.baseUrl)
    ? { form: "schema", limit: "max_completion_tokens", temperature: false }
    : { form: "schema", limit: "max_tokens", temperature: true };
}

/** The next simpler way to ask, when the server refused this one. */
function simplerDialect(dialect: Dialect, error: unknown): Dialect | undefined {
  if (!(error instanceof ProviderError) || error.kind !== "input") return undefined;
  const said = error.detail;
  if (/max_(?:completion_)?tokens/iu.test(said)) {
    // Most say which name they want instead.
    const wanted = /use\W+max_completion_tokens/iu.test(said) ? "max_completion_tokens" : "none";
    return dialect.limit === wanted || dialect.limit === "none"
      ? undefined
      : { ...dialect, limit: wanted };
  }
  if (/temperature/iu.test(said) && dialect.temperature) return { ...dialect, temperature: false };
  if (/response_?format|json_?schema|json_?object|structured|grammar|schema/iu.test(said)) {
    if (dialect.form === "schema") return { ...dialect, form: "json" };
    if (dialect.form === "json") return { ...dialect, form: "plain" };
  }
  return undefined;
}

async function request<T>(
  { endpoint, deadlineMs, signal }: Conversation,
  question: Question<T>,
  messages: Message[],
  dialect: Dialect,
): Promise<OpenAI.Chat.ChatCompletion> {
  const limit = answerLimit(endpoint, question.answerTokens);
  const body: OpenAI.Chat.ChatCompletionCreateParamsNonStreaming = {
    model: endpoint.model,
    messages: dialect.form === "schema" ? messages : withFormRule(messages, question.schema),
    ...(dialect.form === "plain" ? {} : { response_format: formatOf(question, dialect.form) }),
    ...(dialect.limit === "none" ? {} : { [dialect.limit]: limit }),
    ...(dialect.temperature ? { temperature: TEMPERATURE } : {}),
  };
  const timeoutMs = Math.max(1, deadlineMs - Date.now());
  const completion = await callOpenAi(
    endpoint,
    { timeoutMs, ...(signal ? { signal } : {}) },
    (client, options) => client.chat.completions.create(body, options),
  );
  if (!Array.isArray(completion.choices)) {
    throw new ProviderError({
      kind: "transient",
      code: "unexpected_answer",
      userMessage: `${endpoint.host} answered with something that is not a completion. Check the base URL.`,
      detail: JSON.stringify(completion)?.slice(0, 2000) ?? "nothing",
    });
  }
  return completion;
}

function formatOf<T>(
  question: Question<T>,
  form: "schema" | "json",
): OpenAI.Chat.ChatCompletionCreateParams["response_format"] {
  if (form === "json") return { type: "json_object" };
  const { type, json_schema } = zodResponseFormat(question.schema, question.schemaName);
  return { type, json_schema };
}

function withFormRule<T>(messages: Message[], schema: z.ZodType<T>): Message[] {
  const rule = formRule(z.toJSONSchema(schema));
  return messages.map((message, index) =>
    index === 0 && message.role === "system"
      ? { role: "system", content: `${message.content}${rule}` }
      : message,
  );
}
