// Which endpoint, model and key the environment's variables mean, for notes.

import { describe, expect, it } from "vitest";
import {
  DEFAULT_NOTES_MODEL,
  describeEngines,
  notesEndpoint,
  type Environment,
} from "./configuration.ts";

function configured(env: Environment) {
  const endpoint = notesEndpoint(env);
  if ("missing" in endpoint) throw new Error(endpoint.missing);
  return endpoint;
}

describe("the endpoint for notes", () => {
  it("is OpenAI with its small model when there is only a key", () => {
    expect(configured({ OPENAI_API_KEY: " sk-own " })).toEqual({
      baseUrl: "https://api.openai.com/v1",
      apiKey: "sk-own",
      model: DEFAULT_NOTES_MODEL,
      host: "api.openai.com",
      contextTokens: 128_000,
    });
  });

  it("is any server with the model that is named, which reads as much as small models do", () => {
    const endpoint = configured({
      OPENAI_BASE_URL: "http://127.0.0.1:11434/v1/",
      NOTES_MODEL: "llama3.2",
    });
    expect(endpoint).toMatchObject({
      baseUrl: "http://127.0.0.1:11434/v1",
      model: "llama3.2",
      contextTokens: 8192,
    });
  });

  it.each([
    ["32768", 32_768],
    ["12", 3000],
    ["many", 8192],
    ["-5", 8192],
  ])("reads as much as NOTES_CONTEXT_TOKENS=%s says, within reason", (set, tokens) => {
    const env = { NOTES_BASE_URL: "http://127.0.0.1:1/v1", NOTES_MODEL: "m" };
    expect(configured({ ...env, NOTES_CONTEXT_TOKENS: set }).contextTokens).toBe(tokens);
  });

  it("never gets OpenAI's key when it is somebody else's server", () => {
    const env = {
      OPENAI_API_KEY: "sk-own",
      NOTES_BASE_URL: "https://notes.example/v1",
      NOTES_MODEL: "m",
    };
    expect(configured(env).apiKey).not.toContain("sk-own");
    expect(configured({ ...env, NOTES_API_KEY: "other" }).apiKey).toBe("other");
  });

  it("is missing, with a sentence that says what to set, when nothing or half is set", () => {
    const missing = (env: Environment) => {
      const found = notesEndpoint(env);
      return "missing" in found ? found.missing : "";
    };
    expect(missing({})).toContain("OPENAI_API_KEY");
    expect(missing({ NOTES_BASE_URL: "http://127.0.0.1:1/v1" })).toContain("NOTES_MODEL");
    expect(missing({ NOTES_BASE_URL: "localhost" })).toContain("NOTES_BASE_URL is not an address");
  });
});

describe("what the account page says about the engines", () => {
  it("names them and holds no key", () => {
    const described = describeEngines({ OPENAI_API_KEY: "sk-own-secret" });
    expect(described.notes).toEqual({
      configured: true,
      name: `${DEFAULT_NOTES_MODEL} at api.openai.com`,
    });
    expect(JSON.stringify(described)).not.toContain("sk-own");
    expect(describeEngines({}).notes).toMatchObject({ configured: false, name: "Offline outline" });
  });
});
