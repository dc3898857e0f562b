// The offline writer on lectures as they are spoken today: what the lecturer says in so many words
// (what it is about, what a term means, what is due, what it comes to) has to be in the notes.

import { describe, expect, it } from "vitest";
import { chunkSegments } from "../../../domain/captions.ts";
import { problemsOfNotes, type NotesContent } from "../../../domain/notes.ts";
import { textToSegments } from "../../../domain/textTranscript.ts";
import { textOf } from "../../../test/bench/lectures.ts";
import { writeNotes } from "../../../test/bench/writeNotes.ts";
import { offlineNotesWriter } from "./writer.ts";

async function notesOf(text: string, language?: string): Promise<NotesContent> {
  const chunks = chunkSegments(textToSegments(text));
  return (await writeNotes(offlineNotesWriter(), chunks, language)).notes;
}

const fixture = (file: string) => textOf({ name: file, file, style: "spoken" });
const pointsOf = (notes: NotesContent) => notes.sections.flatMap(({ points }) => points);

describe.each([
  {
    file: "photosynthesis.txt",
    title: "Photosynthesis",
    opening: /^Photosynthesis is the process by which plants/u,
    due: /lab reports are due next Tuesday/u,
    conclusion: /Photorespiration is the price that plants pay/u,
    terms: ["Photosynthesis", "Stroma", "Chlorophyll"],
  },
  {
    file: "french-revolution.txt",
    title: "Causes of the French Revolution",
    opening: /the causes of the French Revolution\./u,
    due: /the essay is due on the 12th of March/u,
    conclusion: /The monarchy did not fall because France was poor/u,
    terms: [],
  },
])("the notes of $file", ({ file, title, opening, due, conclusion, terms }) => {
  const written = notesOf(fixture(file));

  it("are called what the lecturer calls it, and open with it", async () => {
    const notes = await written;
    expect(problemsOfNotes(notes)).toEqual([]);
    expect(notes.title).toBe(title);
    expect(notes.summary.split(/(?<=\.)\s/u)[0]).toMatch(opening);
  });

  it("keep what is due, beside what is taught", async () => {
    const points = pointsOf(await written);
    expect(points.filter(({ text }) => due.test(text))).toHaveLength(1);
    expect(points.length).toBeGreaterThanOrEqual(9);
  });

  it("take home what the lecturer sums up, and explain what was explained", async () => {
    const notes = await written;
    expect(notes.keyTakeaways.some(({ text }) => conclusion.test(text))).toBe(true);
    expect(notes.definitions.map(({ term }) => term)).toEqual(expect.arrayContaining(terms));
  });
});

describe("what a lecture is about", () => {
  const body = (subject: string) =>
    `${subject} matters in practice. There are two kinds of ${subject}. The first kind of ${subject} is slow and safe. The second kind of ${subject} is fast and needs care. Most people who use ${subject} begin with the first kind.`;

  it.each([
    [
      "Today I want to talk about dynamic programming.",
      "dynamic programming",
      "Dynamic programming",
    ],
    [
      "The topic of this lecture is gradient descent, and it is a long one.",
      "gradient descent",
      "Gradient descent",
    ],
    [
      "We'll be looking at public key cryptography today.",
      "public key cryptography",
      "Public key cryptography",
    ],
    [
      "So last week we did trees, and now we will learn about spanning trees.",
      "spanning trees",
      "Spanning trees",
    ],
  ])("is heard in: %s", async (announcement, subject, title) => {
    expect((await notesOf(`Good morning. ${announcement} ${body(subject)}`)).title).toBe(title);
  });

  it.each([
    "Let's talk about what happened last week.",
    "First I want to talk about the exam.",
    "I will talk about three things.",
    "We are going to look at it.",
    "Please look at the picture, the picture of a membrane.",
  ])("is not heard in: %s", async (remark) => {
    const { title } = await notesOf(`${remark} ${body("osmosis")}`);
    expect(title).toMatch(/^Osmosis/u);
  });

  it("is heard once: what later windows look at is a part of it", async () => {
    const part = "Now let us look at the enzymes. " + `${body("digestion")} The enzymes work. `;
    const long = Array.from({ length: 40 }, (_, at) => `${part}That was point ${at}.`).join("\n\n");
    const notes = await notesOf(`Today we talk about digestion. ${body("digestion")}\n\n${long}`);
    expect(notes.title).toBe("Digestion");
  });
});
