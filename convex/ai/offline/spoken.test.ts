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

describe("a lecture of today in another language", () => {
  const GERMAN =
    "Also heute sprechen wir über die Photosynthese. Letzte Woche hatten wir die Glykolyse. Die Übungsblätter müssen bis Freitag abgegeben werden. Die Photosynthese ist der Vorgang, bei dem Pflanzen Lichtenergie in chemische Energie umwandeln. Das ist wichtig, weil die Energie in Zuckern gespeichert wird. Die Photosynthese findet im Chloroplasten statt. Die Flüssigkeit um die Thylakoide nennt man Stroma. Die Lichtreaktionen finden in der Thylakoidmembran statt. Die Produkte der Lichtreaktionen sind ATP, NADPH und Sauerstoff. Zusammenfassend kann man sagen, die Lichtreaktionen erzeugen ATP, und der Calvin-Zyklus braucht es, um Kohlenstoff zu binden.";
  const SPANISH =
    "Hoy vamos a hablar de la fotosíntesis. La semana pasada vimos la glucólisis. La fotosíntesis es el proceso por el cual las plantas convierten la energía de la luz en energía química. Eso es muy importante. La fotosíntesis ocurre en el cloroplasto. Las reacciones de la luz ocurren en los tilacoides. El ciclo de Calvin ocurre en el estroma.";
  const PORTUGUESE =
    "A fotossíntese é um processo das plantas. O cloroplasto tem um sistema de membranas e um líquido chamado estroma. A luz dá energia a um elétron da clorofila.";

  it.each([
    ["de", GERMAN, "Photosynthese", /^Die Photosynthese ist der Vorgang/u],
    ["es", SPANISH, "Fotosíntesis", /^La fotosíntesis es el proceso/u],
  ])(
    "is called what it is called and opens with it (%s)",
    async (language, text, title, opening) => {
      const notes = await notesOf(text, language);
      expect(notes.title).toBe(title);
      expect(notes.summary).toMatch(opening);
    },
  );

  it("keeps words that are fillers in English only", async () => {
    const german = JSON.stringify(await notesOf(GERMAN, "de"));
    expect(german).toContain("Die Flüssigkeit um die Thylakoide");
    expect(german).toContain("braucht es, um Kohlenstoff zu binden");
    const relative = "Pflanzen sind Lebewesen, die die Energie des Lichts speichern. ".repeat(3);
    expect(JSON.stringify(await notesOf(relative, "de"))).toContain("die die Energie");
    const portuguese = JSON.stringify(await notesOf(PORTUGUESE, "pt"));
    expect(portuguese).toContain("tem um sistema de membranas e um líquido");
    const english = JSON.stringify(
      await notesOf("The wick, um, draws um the wax up. ".repeat(3), "en"),
    );
    expect(english).not.toMatch(/\bum\b/u);
  });

  it("keeps what is due", async () => {
    const texts = pointsOf(await notesOf(GERMAN, "de")).map(({ text }) => text);
    expect(texts.some((text) => text.includes("bis Freitag abgegeben"))).toBe(true);
  });
});
