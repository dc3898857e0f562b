// Notes as a person works with them: editing parts, versions, edits that outlive a rewriting.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NotesContent } from "../domain/notes.ts";
import { World, type Person } from "../test/pipeline/world.ts";
import { api } from "./_generated/api.js";
import type { Id } from "./_generated/dataModel.js";
import { formatEditPath, parseEditPath, textAt, withTextAt } from "./model/editPath.ts";
import { keepEdits } from "./model/keepEdits.ts";

describe("a path of notes", () => {
  const paths = [
    ...["title", "summary", "sections.0.heading", "sections.12.points.3.text"],
    ...["keyTakeaways.2.text", "definitions.0.term", "definitions.1.meaning"],
  ];

  it.each(paths)("%s is read and written", (text) => {
    const path = parseEditPath(text);
    expect(path && formatEditPath(path)).toBe(text);
  });

  it.each([
    ...["", "sections", "sections.0", "sections.x.heading", "sections.0.points.0", "title.0"],
    ...["__proto__", "definitions.0.startMs", "sections.0.term", "keyTakeaways.0.heading"],
    "sections.00000001.heading",
  ])("%j is none", (text) => {
    expect(parseEditPath(text)).toBeUndefined();
  });
});

const notes: NotesContent = {
  title: "The candle",
  summary: "About candles.",
  sections: [
    {
      heading: "Wax",
      startMs: 0,
      endMs: 300_000,
      points: [point("Wax melts.", 10_000), point("It rises.", 200_000)],
    },
    { heading: "Flame", startMs: 300_000, endMs: 600_000, points: [point("It glows.", 310_000)] },
  ],
  keyTakeaways: [{ text: "Burn something.", startMs: 500_000 }],
  definitions: [{ term: "Wick", meaning: "A thread.", startMs: 60_000 }],
};

function point(text: string, startMs: number) {
  return { text, startMs };
}

function edited(...edits: [path: string, text: string][]) {
  const content = edits.reduce((so, [path, text]) => {
    const parsed = parseEditPath(path);
    return parsed ? withTextAt(so, parsed, text) : so;
  }, notes);
  return { content, editedPaths: edits.map(([path]) => path) };
}

/** What the edited paths of kept notes point at. */
function pointedAt({ content, editedPaths }: ReturnType<typeof keepEdits>) {
  return editedPaths.map((text) => {
    const path = parseEditPath(text);
    return path && textAt(content, path);
  });
}

describe("edits that outlive a rewriting", () => {
  const fresh: NotesContent = {
    title: "Candles",
    summary: "New summary.",
    sections: [
      { heading: "Beginnings", startMs: 0, endMs: 100_000, points: [point("Tallow.", 12_000)] },
      { heading: "Capillarity", startMs: 100_000, endMs: 310_000, points: [point("Up.", 120_000)] },
      { heading: "Light", startMs: 310_000, endMs: 600_000, points: [point("Soot.", 400_000)] },
    ],
    keyTakeaways: [{ text: "Light things.", startMs: 505_000 }],
    definitions: [{ term: "wick", meaning: "A string.", startMs: 55_000 }],
  };

  it("take their place by what they are about and when it was said", () => {
    const kept = keepEdits(
      edited(
        ["title", "My title"],
        ["sections.1.heading", "My flame"],
        ["sections.0.points.0.text", "My wax."],
        ["keyTakeaways.0.text", "My takeaway."],
        ["definitions.0.meaning", "My thread."],
      ),
      fresh,
    );
    expect(pointedAt(kept)).toEqual([
      ...["My title", "My flame", "My wax.", "My takeaway.", "My thread."],
    ]);
    expect(kept.content.summary).toBe("New summary.");
    expect(kept.content.sections.map(({ heading }) => heading)).toEqual([
      ...["Beginnings", "Capillarity", "My flame"],
    ]);
    expect(kept.content.sections[0]?.points).toEqual([point("My wax.", 12_000)]);
    expect(kept.content.definitions).toEqual([
      { term: "Wick", meaning: "My thread.", startMs: 60_000 },
    ]);
  });

  it("get a place of their own where the new notes have none", () => {
    const kept = keepEdits(
      edited(["sections.0.points.1.text", "My rise."], ["definitions.0.term", "My wick"]),
      { ...fresh, definitions: [] },
    );
    expect(pointedAt(kept)).toContain("My rise.");
    expect(kept.content.sections[1]?.points.map(({ text }) => text)).toEqual(["Up.", "My rise."]);
    expect(kept.content.definitions).toHaveLength(1);
  });

  it("still point at the right part when others are put in before them", () => {
    const gap: NotesContent = { ...fresh, sections: fresh.sections.slice(2) };
    const kept = keepEdits(
      edited(
        ["sections.1.heading", "My flame"],
        ["sections.1.points.0.text", "My glow."],
        ["sections.0.heading", "My wax"],
      ),
      gap,
    );
    expect(pointedAt(kept)).toEqual(["My flame", "My glow.", "My wax"]);
  });

  it("that don't exist any more are forgotten", () => {
    const kept = keepEdits({ content: notes, editedPaths: ["sections.9.heading", "x"] }, fresh);
    expect(kept).toEqual({ content: fresh, editedPaths: [] });
  });
});

describe("editing", () => {
  let world: World;
  let person: Person;
  let lectureId: Id<"lectures">;
  beforeEach(async () => {
    world = await World.create();
    person = await world.signUp();
    lectureId = await world.record(person, { pieces: 4 });
    await world.settle();
  });
  afterEach(() => world.close());

  const edit = (path: string, text: string) =>
    person.as.mutation(api.notes.editPart, { lectureId, path, text });

  it("makes one version of one sitting, and another of the next", async () => {
    await edit("summary", "One.");
    await edit("sections.0.heading", "Two");
    world.clock.jump(11 * 60_000);
    await edit("summary", "Three.");
    const versions = await person.as.query(api.notes.versions, { lectureId });
    expect(versions.map(({ version, reason }) => `${version} ${reason}`)).toEqual([
      ...["3 edited", "2 edited", "1 written"],
    ]);
    await person.as.mutation(api.notes.restore, { lectureId, version: 2 });
    const restored = await person.as.query(api.notes.get, { lectureId });
    expect(restored).toMatchObject({ summary: "One.", version: 4 });
    expect(restored?.editedPaths).toEqual(["summary", "sections.0.heading"]);
  });

  it("of the title is the lecture's title too, and a given title comes back when taken away", async () => {
    const written = (await person.as.query(api.notes.get, { lectureId }))?.title;
    await edit("title", "My candle");
    expect(await person.as.query(api.lectures.get, { lectureId })).toMatchObject({
      ...{ title: "My candle", titleIsGiven: true },
    });
    await person.as.mutation(api.lectures.updateDetails, { lectureId, title: "" });
    const lecture = await person.as.query(api.lectures.get, { lectureId });
    expect(lecture).toMatchObject({ title: "My candle", titleIsGiven: false });
    await person.as.mutation(api.notes.restore, { lectureId, version: 1 });
    expect((await person.as.query(api.lectures.get, { lectureId }))?.title).toBe(written);
  });

  it.each([
    ["an empty text", "summary", "  ", /invalid_text/u],
    ["a text that is too long", "sections.0.heading", "x".repeat(1000), /invalid_text/u],
    ["a part that is not there", "sections.99.heading", "Text", /not_found/u],
    ["a path that is none", "nowhere", "Text", /not_found/u],
  ])("refuses %s", async (_, path, text, code) => {
    await expect(edit(path, text)).rejects.toThrow(code);
    expect((await person.as.query(api.notes.get, { lectureId }))?.version).toBe(1);
  });

  it("keeps fifty versions and lets the oldest go", async () => {
    for (let turn = 0; turn < 55; turn += 1) {
      await edit("summary", `Turn ${turn}.`);
      world.clock.jump(11 * 60_000);
    }
    const versions = await person.as.query(api.notes.versions, { lectureId });
    expect(versions).toHaveLength(50);
    expect(versions[0]?.version).toBe(56);
    expect(await world.rows("noteVersions")).toHaveLength(49);
  });

  it("of a transcript's segment is kept and marked", async () => {
    const args = { lectureId, chunkIndex: 1, segmentIndex: 2, text: "What was really said." };
    await person.as.mutation(api.transcripts.editSegment, args);
    const [chunk] = await person.as.query(api.transcripts.range, {
      ...{ lectureId, fromIndex: 1, toIndex: 2 },
    });
    expect(chunk?.segments[2]).toMatchObject({ text: "What was really said.", edited: true });
    const wrong = person.as.mutation(api.transcripts.editSegment, { ...args, segmentIndex: 99 });
    await expect(wrong).rejects.toThrow(/not_found/u);
  });
});
