// Caption files as they are found in the wild, and what must come out of them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BadTranscript,
  chunkSegments,
  decodeText,
  parseCaptions,
  textToSegments,
} from "./captions.ts";
import { formatVttTime } from "./time.ts";
import { pairCutter } from "./words.ts";

const texts = (file: string, fileName?: string) =>
  parseCaptions(file, fileName === undefined ? {} : { fileName }).segments.map((s) => s.text);

describe("WebVTT", () => {
  it("reads times with and without hours, settings, identifiers, notes, styles and regions", () => {
    const file = [
      "WEBVTT - A talk",
      "Kind: captions",
      "Language: en-GB",
      "",
      "NOTE made by hand",
      "00:00.000 --> 00:09.000",
      "",
      "STYLE",
      "::cue { color: red }",
      "",
      "REGION",
      "id:fred",
      "",
      "intro",
      "00:01.500 --> 00:03.250 align:start position:10%",
      "<v Michael Faraday>I <b>propose</b> to bring before you",
      "",
      "2",
      "01:00:03.250 --> 01:00:05.000",
      "the chemical&nbsp;history &amp; so on.",
      "",
    ].join("\n");
    const parsed = parseCaptions(file);
    expect(parsed.kind).toBe("vtt");
    expect(parsed.language).toBe("en-GB");
    expect(parsed.segments).toEqual([
      { startMs: 1500, endMs: 3250, text: "I propose to bring before you" },
      { startMs: 3603250, endMs: 3605000, text: "the chemical history & so on." },
    ]);
    expect(parsed.timesEstimated).toBe(false);
  });

  it("reads a file with a byte order mark, CRLF and no empty lines between cues", () => {
    const file =
      "\uFEFFWEBVTT\r\n\r\n1\r\n00:01.000 --> 00:02.000\r\none\r\n2\r\n00:02.000 --> 00:03.000\r\ntwo\r\n";
    expect(texts(file)).toEqual(["one", "two"]);
  });

  it("takes each line of YouTube's rolling captions once", () => {
    const file = `WEBVTT
Kind: captions
Language: en

00:00:00.160 --> 00:00:02.470 align:start position:0%
 
so<00:00:00.480><c> today</c><00:00:00.800><c> we</c>

00:00:02.470 --> 00:00:02.480 align:start position:0%
so today we
 

00:00:02.480 --> 00:00:05.030 align:start position:0%
so today we
talk<00:00:02.720><c> about</c><00:00:03.120><c> candles</c>

00:00:05.030 --> 00:00:05.040 align:start position:0%
talk about candles
 

00:00:05.040 --> 00:00:07.000 align:start position:0%
talk about candles
talk about candles

00:00:07.000 --> 00:00:07.010 align:start position:0%
talk about candles
 

00:00:07.010 --> 00:00:09.000 align:start position:0%
talk about candles
and flames
`;
    const parsed = parseCaptions(file);
    // Said twice by the speaker: the line stands twice on the screen at once, and so it stays twice.
    expect(parsed.segments.map((s) => s.text)).toEqual([
      "so today we",
      "talk about candles",
      "talk about candles",
      "and flames",
    ]);
    expect(parsed.warnings).toHaveLength(1);
  });

  it("takes what is new of captions that grow word by word", () => {
    const cues = ["The", "The flame", "The flame is", "The flame is hot."].map(
      (text, i) => `00:0${i}.000 --> 00:0${i + 1}.000\n${text}\n`,
    );
    expect(texts(`WEBVTT\n\n${cues.join("\n")}`).join(" ")).toBe("The flame is hot.");
  });

  it("keeps what a speaker says twice in a file that does not roll", () => {
    const file =
      "WEBVTT\n\n00:01.000 --> 00:02.000\nNo.\n\n00:02.000 --> 00:03.000\nNo.\n\n00:03.000 --> 00:04.000\nYes.\n";
    expect(texts(file)).toEqual(["No.", "No.", "Yes."]);
  });

  it("orders cues, cuts overlaps, drops a second layer and says what it repaired", () => {
    const file = `WEBVTT

00:05.000 --> 00:04.000
backwards

00:01.000 --> 00:04.500
first

00:01.000 --> 00:04.500
first

00:02.000 --> 00:03.000
second

00:99.000 --> 01:00.000
unreadable
`;
    const parsed = parseCaptions(file);
    expect(parsed.segments).toEqual([
      { startMs: 1000, endMs: 2000, text: "first" },
      { startMs: 2000, endMs: 3000, text: "second" },
      { startMs: 5000, endMs: 5000, text: "backwards" },
    ]);
    expect(parsed.warnings).toEqual([
      "1 time line could not be read.",
      "1 caption ends before the start.",
    ]);
  });

  it.each([
    ["[Music]", []],
    ["♪ ♪", []],
    ["(applause)", []],
    ["[Applause] Thank you.", ["Thank you."]],
    [">> So what is a flame?", ["So what is a flame?"]],
    ["- Yes.", ["Yes."]],
    ["if a <b and b> c", ["if a <b and b> c"]],
    ["a[i] and x [1]", ["a[i] and x [1]"]],
    ["3 &lt; 4 &#39;quoted&#39; &#x41; &unknown;", ["3 < 4 'quoted' A &unknown;"]],
    ["{\\an8}Above<br>the <font color='#fff'>line</font>", ["Above the line"]],
    ["<c.yellow.bg_blue>colour</c>", ["colour"]],
  ])("turns %s into %j", (line, expected) => {
    const file = `WEBVTT\n\n00:01.000 --> 00:02.000\n${line}\n\n00:03.000 --> 00:04.000\nend`;
    expect(texts(file)).toEqual([...expected, "end"]);
  });
});

describe("SubRip", () => {
  it("reads empty lines inside of a cue, numbers that touch, and times of twelve hours", () => {
    const file = `1
00:00:01,000 --> 00:00:02,000
first

still first
2
00:00:02,5 --> 00:00:03,250
second
1999 was a year
3
12:34:56,789 --> 12:34:57,000
third
`;
    expect(parseCaptions(file, { fileName: "talk.srt" })).toMatchObject({
      kind: "srt",
      segments: [
        { startMs: 1000, endMs: 2000, text: "first still first" },
        { startMs: 2500, endMs: 3250, text: "second 1999 was a year" },
        { startMs: 45_296_789, endMs: 45_297_000, text: "third" },
      ],
    });
  });

  it("reads rolling captions of twelve hours, each line once and at its time", () => {
    const lines = Array.from({ length: 10_800 }, (_, index) => `this is caption number ${index}`);
    const cues = lines.map((line, index) => {
      const times = `${formatVttTime(index * 4000)} --> ${formatVttTime(index * 4000 + 4000)}`;
      return [times, ...(index > 0 ? [lines[index - 1]] : []), line].join("\n");
    });
    const { segments } = parseCaptions(`WEBVTT\n\n${cues.join("\n\n")}`);
    expect(segments.map(({ text }) => text)).toEqual(lines);
    expect(segments.at(-1)).toMatchObject({ startMs: 43_196_000, endMs: 43_200_000 });
    expect(chunkSegments(segments)).toHaveLength(144);
  });

  it("reads YouTube's own .sbv", () => {
    expect(
      parseCaptions("0:00:00.599,0:00:04.160\nhello there\n\n0:00:04.160,0:00:05.000\nfriends\n")
        .segments,
    ).toEqual([
      { startMs: 599, endMs: 4160, text: "hello there" },
      { startMs: 4160, endMs: 5000, text: "friends" },
    ]);
  });
});

describe("text", () => {
  it("reckons times at 150 words a minute and says so", () => {
    const parsed = parseCaptions(`${"word ".repeat(149)}word. Next sentence.`);
    expect(parsed.kind).toBe("text");
    expect(parsed.timesEstimated).toBe(true);
    expect(parsed.segments.at(-1)).toMatchObject({ text: "Next sentence." });
    expect(parsed.segments.at(-1)?.startMs).toBeGreaterThan(59_000);
    expect(parsed.segments.at(-1)?.startMs).toBeLessThan(61_500);
  });

  it("keeps the times of a pasted transcript", () => {
    const pasted =
      "0:00\nhello and welcome\n0:04\ntoday we talk\nabout light\n1:02:03\nthank you\n";
    expect(parseCaptions(pasted).segments).toEqual([
      { startMs: 0, endMs: 4000, text: "hello and welcome" },
      { startMs: 4000, endMs: 3_723_000, text: "today we talk about light" },
      { startMs: 3_723_000, endMs: 3_724_000, text: "thank you" },
    ]);
  });

  it("does not take an agenda in prose for a pasted transcript", () => {
    const prose = `${"A sentence about something.\n".repeat(30)}9:00 Start\n10:00 Pause\n12:00 End\n`;
    expect(parseCaptions(prose).timesEstimated).toBe(true);
  });

  it("takes Markdown's signs away and keeps its words", () => {
    const file =
      "---\ntitle: x\n---\n# On *light*\n\nA [link](https://example.org) and `code`.\n\n- one **bold** thing\n- two 3 * 4 * 5\n\n```js\nlet a_b_c = 1;\n```\n";
    expect(texts(file, "notes.md")).toEqual([
      "On light",
      "A link and code.",
      "one bold thing",
      "two 3 * 4 * 5",
      "let a_b_c = 1;",
    ]);
  });

  it("cuts sentences of languages without spaces and keeps right-to-left text as it is", () => {
    expect(textToSegments("蝋燭の話をします。これは炎です。").map((s) => s.text)).toEqual([
      "蝋燭の話をします。",
      "これは炎です。",
    ]);
    expect(textToSegments("هذه شمعة. ما هي النار؟ نعم.").map((s) => s.text)).toEqual([
      "هذه شمعة.",
      "ما هي النار؟",
      "نعم.",
    ]);
    expect(pairCutter("蝋燭の話").map((w) => w.text)).toEqual(["蝋燭", "の話"]);
  });

  it("does not end a sentence at abbreviations, initials and decimals", () => {
    expect(
      textToSegments(
        "Dr. J. C. Maxwell wrote 3.14, e.g. here. And so am I. It went on... and on.",
      ).map((s) => s.text),
    ).toEqual([
      "Dr. J. C. Maxwell wrote 3.14, e.g. here.",
      "And so am I.",
      "It went on... and on.",
    ]);
  });
});

describe("what can't become a transcript", () => {
  it.each([
    ["", "empty"],
    ["\uFEFF \n\n", "empty"],
    ["WEBVTT\n\n", "no_cues"],
    ["WEBVTT\n\n00:01.000 --> 00:02.000\n[Music]\n", "empty"],
    ["PK\u0003\u0004\u0000\u0000binary", "not_text"],
    [`${"word ".repeat(300_000)}`, "too_long"],
    ["00:00:01,000 --> 00:00:02,000\na\n\n25:00:00,000 --> 25:00:01,000\nb\n", "too_long"],
  ])("is refused with a sentence (%#)", (text, code) => {
    let thrown: unknown;
    try {
      parseCaptions(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BadTranscript);
    expect(thrown).toMatchObject({ code });
    expect((thrown as BadTranscript).message).toMatch(/\.|\?$/u);
  });
});

describe("bytes", () => {
  it.each([
    ["UTF-8", new TextEncoder().encode("Grüße")],
    ["Windows-1252", Uint8Array.from([0x47, 0x72, 0xfc, 0xdf, 0x65])],
    ["UTF-16LE", Uint8Array.from([0xff, 0xfe, 0x47, 0, 0x72, 0, 0xfc, 0, 0xdf, 0, 0x65, 0])],
    ["UTF-16BE", Uint8Array.from([0xfe, 0xff, 0, 0x47, 0, 0x72, 0, 0xfc, 0, 0xdf, 0, 0x65])],
  ])("are read as %s", (_name, bytes) => {
    expect(decodeText(bytes).replace("\uFEFF", "")).toBe("Grüße");
  });
});

describe("any captions", () => {
  const word = fc.stringMatching(/^[a-z]{2,9}$/);
  const cue = fc.record({
    gapMs: fc.integer({ min: 0, max: 5000 }),
    durationMs: fc.integer({ min: 1, max: 9000 }),
    words: fc.array(word, { minLength: 1, maxLength: 12 }),
  });

  it("keep every word, in order, with ordered times", () => {
    fc.assert(
      fc.property(fc.array(cue, { minLength: 1, maxLength: 40 }), fc.boolean(), (cues, srt) => {
        let clock = 0;
        // Each cue starts with its own number word: a plain file never looks like a rolling one.
        const spoken = cues.map((c, i) => [`nr${i}`, ...c.words].join(" "));
        const blocks = cues.map((c, i) => {
          const start = clock + c.gapMs;
          clock = start + c.durationMs;
          const t = (ms: number) =>
            new Date(ms)
              .toISOString()
              .slice(11, 23)
              .replace(".", srt ? "," : ".");
          return `${i + 1}\n${t(start)} --> ${t(clock)}\n${spoken[i]}\n`;
        });
        const { segments } = parseCaptions((srt ? "" : "WEBVTT\n\n") + blocks.join("\n"));
        expect(segments.map((s) => s.text)).toEqual(spoken);
        segments.forEach((s, i) => {
          expect(s.endMs).toBeGreaterThanOrEqual(s.startMs);
          expect(s.startMs).toBeGreaterThanOrEqual(segments[i - 1]?.endMs ?? 0);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("never make the parser throw anything but a BadTranscript", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), fc.boolean(), (junk, vtt) => {
        try {
          parseCaptions(`${vtt ? "WEBVTT\n\n00:01.000 --> 00:02.000\n" : ""}${junk}`);
        } catch (error) {
          expect(error).toBeInstanceOf(BadTranscript);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("become chunks of at most about five minutes that together are the transcript", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 80 }),
        (lengths) => {
          let clock = 0;
          const segments = lengths.map((ms, i) => ({
            startMs: clock,
            endMs: (clock += ms),
            text: `s${i}`,
          }));
          const chunks = chunkSegments(segments);
          expect(chunks.flatMap((c) => c.segments)).toEqual(segments);
          for (const chunk of chunks) {
            expect(chunk.endMs - chunk.startMs).toBeLessThanOrEqual(5 * 60_000);
          }
        },
      ),
    );
  });
});
