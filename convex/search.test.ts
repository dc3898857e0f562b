// Search over titles, transcripts and notes of one's own.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { World, type Person } from "../test/pipeline/world.ts";
import { api } from "./_generated/api.js";
import { snippetOf } from "./model/search.ts";

let world: World;
let person: Person;
beforeEach(async () => {
  world = await World.create();
  person = await world.signUp();
});
afterEach(() => world.close());

describe("search", () => {
  it("finds titles, moments of the transcript, and notes", async () => {
    const lectureId = await world.record(person, { pieces: 2 });
    await world.settle();
    await person.as.mutation(api.lectures.updateDetails, { lectureId, title: "Faraday's flame" });
    const hits = await person.as.query(api.lectures.search, { query: "flame" });
    expect(new Set(hits.map(({ where }) => where))).toEqual(
      new Set(["title", "transcript", "notes"]),
    );
    const said = hits.find(({ where }) => where === "transcript");
    expect(said?.snippet.toLowerCase()).toContain("flame");
    expect(said?.title).toBe("Faraday's flame");
    expect(said?.startMs).toBeGreaterThanOrEqual(0);
  });

  it("answers nothing to nothing, and takes long questions", async () => {
    expect(await person.as.query(api.lectures.search, { query: "   " })).toEqual([]);
    expect(await person.as.query(api.lectures.search, { query: "x".repeat(5000) })).toEqual([]);
  });

  it("does not find what was removed a moment ago", async () => {
    const lectureId = await world.record(person, { pieces: 2 });
    await world.settle();
    await person.as.mutation(api.lectures.remove, { lectureId });
    expect(await person.as.query(api.lectures.search, { query: "flame" })).toEqual([]);
  });
});

describe("snippetOf", () => {
  const text = `${"before ".repeat(40)}the Needle is here${" after".repeat(40)}`;

  it("shows what is around the first of the words", () => {
    const snippet = snippetOf(text, "needle");
    expect(snippet).toMatch(/^… .*the Needle is here.* …$/u);
    expect(snippet.length).toBeLessThan(180);
  });

  it("shows the beginning when the words are not there as they are", () => {
    expect(snippetOf("Short text.", "other")).toBe("Short text.");
  });
});
