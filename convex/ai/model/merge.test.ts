// The merge through a language model, and when there is none.

import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { problemsOfNotes, type SectionDraft } from "../../../domain/notes.ts";
import { notesWriterFromEnv } from "../notesWriter.ts";
import type { NotesWriter } from "../types.ts";
import {
  type Asked,
  provider,
  say,
  notesOf,
  SENTENCES,
  lecture,
  windowOf,
  writerAt,
} from "./modelServer.testing.ts";

describe("the merge", () => {
  const summary = SENTENCES.slice(0, 5).join(" ");

  async function draftsOf(writer: NotesWriter): Promise<SectionDraft[]> {
    const { draft } = await writer.writeWindow(windowOf(lecture()));
    const later = lecture().map((segment) => ({
      ...segment,
      startMs: segment.startMs + 600_000,
      endMs: segment.endMs + 600_000,
    }));
    const second = await writer.writeWindow({
      ...windowOf(later),
      startMs: 600_000,
      endMs: 800_000,
    });
    return [draft, second.draft];
  }

  /** Windows are answered well; the merge as the test says. */
  async function mergingProvider(merge: (one: Asked, response: ServerResponse) => void) {
    return await provider((one, response) => {
      const isMerge = one.body.messages[1]?.content.includes("Statements:") === true;
      if (isMerge) merge(one, response);
      else say(response, notesOf(one));
    });
  }

  it("sees the drafts and not the transcript, and adds title, summary and takeaways", async () => {
    const { url, asked } = await mergingProvider((_one, response) =>
      say(response, {
        title: "The flame of a candle.",
        summary,
        keyTakeaways: [
          { text: "The flame has three parts that differ in heat.", statement: 1 },
          { text: "Dragons breathe fire because of magic crystals.", statement: 2 },
        ],
        sameDefinitions: [2],
      }),
    );
    const writer = writerAt(url);
    const drafts = await draftsOf(writer);
    const { notes, usage, writer: by } = await writer.merge({ drafts });
    expect(by.kind).toBe("model");
    expect(usage.calls).toBe(1);
    expect(notes.title).toBe("The flame of a candle");
    expect(notes.summary).toBe(summary);
    expect(notes.keyTakeaways).toHaveLength(1);
    expect(notes.sections.length).toBe(2);
    expect(notes.definitions).toHaveLength(1);
    expect(problemsOfNotes(notes)).toEqual([]);
    const question = asked.at(-1)?.body.messages[1]?.content ?? "";
    expect(question).toContain("S1| ");
    expect(question).not.toContain("experiment 12.");
  });

  it("keeps the title that the person gave", async () => {
    const { url } = await mergingProvider((_one, response) =>
      say(response, {
        title: "Something else",
        summary,
        keyTakeaways: [{ text: "The flame has three parts.", statement: 1 }],
        sameDefinitions: [],
      }),
    );
    const writer = writerAt(url);
    const drafts = await draftsOf(writer);
    const { notes } = await writer.merge({ drafts, titleHint: "Chemistry 101, week 3" });
    expect(notes.title).toBe("Chemistry 101, week 3");
  });

  it("is made offline, with a reason, when the model's is bad twice", async () => {
    const { url, asked } = await mergingProvider((_one, response) =>
      say(response, { title: "", summary: "Short.", keyTakeaways: [], sameDefinitions: [] }),
    );
    const writer = writerAt(url);
    const drafts = await draftsOf(writer);
    const before = asked.length;
    const result = await writer.merge({ drafts });
    expect(asked.length - before).toBe(2);
    expect(result.writer.kind).toBe("offline");
    expect(result.fallbackReason).toContain("no title");
    expect(problemsOfNotes(result.notes)).toEqual([]);
    expect(result.notes.title).not.toBe("");
  });

  it("of a day's drafts fits into a small model", async () => {
    const { url, asked } = await mergingProvider((_one, response) => say(response, "no"));
    const writer = writerAt(url, { NOTES_CONTEXT_TOKENS: "6000" });
    const [draft] = await draftsOf(writer);
    if (!draft) throw new Error("no draft");
    const day = Array.from({ length: 40 }, (_, index) => ({
      ...draft,
      startMs: index * 600_000,
      endMs: index * 600_000 + 500_000,
    }));
    await writer.merge({ drafts: day });
    const sent =
      asked
        .at(-1)
        ?.body.messages.slice(0, 2)
        .map(({ content }) => content) ?? [];
    expect(sent.join("").length / 3.6).toBeLessThan(6000);
  });
});

describe("without a configured model", () => {
  it("the outline maker writes", () => {
    expect(notesWriterFromEnv({}).kind).toBe("offline");
    expect(notesWriterFromEnv({ NOTES_BASE_URL: "http://127.0.0.1:11434/v1" }).kind).toBe(
      "offline",
    );
  });
});
