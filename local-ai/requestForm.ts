// Reads a transcription request: a multipart form of limited size, its fields checked.
import type { IncomingMessage } from "node:http";

/** An answer that is an error, in OpenAI's shape. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | null;
  readonly retryAfterSeconds: number | undefined;
  constructor(
    status: number,
    code: string,
    message: string,
    more: { param?: string; retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message);
    this.name = "RequestError";
    this.status = status;
    this.code = code;
    this.param = more.param ?? null;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

const formats = ["json", "text", "verbose_json", "srt", "vtt"] as const;
export type AnswerFormat = (typeof formats)[number];

export type TranscriptionForm = {
  file: File;
  format: AnswerFormat;
  /** True when the times of words are wanted, too. */
  words: boolean;
  language: string | undefined;
  prompt: string | undefined;
};

/** @throws RequestError when the body is too large or no such form */
export async function readTranscriptionForm(
  request: IncomingMessage,
  maxBytes: number,
): Promise<TranscriptionForm> {
  const form = await readForm(request, maxBytes);
  const file = form.get("file");
  if (!(file instanceof File) || file.size === 0) {
    throw new RequestError(400, "missing_file", "No audio was sent.", { param: "file" });
  }
  const language = text(form, "language")?.toLowerCase();
  if (language !== undefined && !/^[a-z]{2,3}$/u.test(language)) {
    throw new RequestError(400, "invalid_value", "language must be a code like en.", {
      param: "language",
    });
  }
  return {
    file,
    format: formatOf(text(form, "response_format")),
    words: form.getAll("timestamp_granularities[]").includes("word"),
    language,
    prompt: text(form, "prompt"),
  };
}

/**
 * Takes the rest of a request in and forgets it. An answer that is sent while the caller is still
 * sending is lost to most clients; so is one to a caller that sends without end.
 */
export async function discardBody(request: IncomingMessage, maxBytes: number): Promise<void> {
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) return;
  }
}

async function readForm(request: IncomingMessage, maxBytes: number): Promise<FormData> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= maxBytes) parts.push(part);
    else parts.length = 0;
    if (size > 2 * maxBytes) break;
  }
  if (size > maxBytes) {
    const megabytes = Math.floor(maxBytes / (1024 * 1024));
    throw new RequestError(413, "too_large", `The request is too large: at most ${megabytes} MiB.`);
  }
  try {
    const headers = { "Content-Type": request.headers["content-type"] ?? "" };
    return await new Response(Buffer.concat(parts), { headers }).formData();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RequestError(400, "invalid_form", `The request is no form with a file: ${reason}`);
  }
}

function formatOf(value: string | undefined): AnswerFormat {
  const format = formats.find((known) => known === (value ?? "json"));
  if (format) return format;
  const message = `response_format must be one of ${formats.join(", ")}.`;
  throw new RequestError(400, "invalid_value", message, { param: "response_format" });
}

function text(form: FormData, field: string): string | undefined {
  const value = form.get(field);
  return typeof value === "string" && value !== "" ? value : undefined;
}
