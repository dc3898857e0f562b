// Turns the frames of a stack in bundled code into frames of the author's files.
import { SourceMap, type SourceMapPayload } from "node:module";
import { posix } from "node:path";

export const MODULE_SCHEME = "convex:/";
/** Real stacks rarely have more of the author's own frames, and an endless recursion has too many. */
const MAX_FRAMES = 16;

export type SourceMapReader = (modulePath: string) => string | null;

export class FrameMapper {
  readonly #read: SourceMapReader;
  readonly #maps = new Map<string, SourceMap | null>();

  /** `read` returns a module's source map text; asked once for each module, when it first appears in a stack. */
  constructor(read: SourceMapReader) {
    this.#read = read;
  }

  /** The frames of `stack` that lie in pushed code, each `    at fn (../convex/file.ts:1:2)` and a newline. */
  frames(stack: string): string {
    let text = "";
    let count = 0;
    for (const line of stack.split("\n")) {
      const frame = parseFrame(line);
      if (frame === null) continue;
      text += `    at ${frame.name} (${this.#locate(frame)})\n`;
      if (++count === MAX_FRAMES) break;
    }
    return text;
  }

  #locate(frame: Frame): string {
    const map = this.#mapOf(frame.modulePath);
    // Stack positions count from 1, source maps from 0.
    const entry = map?.findEntry(frame.line - 1, frame.column - 1);
    if (entry === undefined || !("originalSource" in entry)) {
      return `../convex/${frame.modulePath}:${frame.line}:${frame.column}`;
    }
    const source = relativeSource(frame.modulePath, entry.originalSource);
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  }

  #mapOf(modulePath: string): SourceMap | null {
    let map = this.#maps.get(modulePath);
    if (map === undefined) {
      map = null;
      const text = this.#read(modulePath);
      if (text !== null) {
        try {
          // The pushed text is JSON made by esbuild; anything else just means no mapping.
          map = new SourceMap(JSON.parse(text) as SourceMapPayload);
        } catch {
          map = null;
        }
      }
      this.#maps.set(modulePath, map);
    }
    return map;
  }
}

type Frame = { name: string; modulePath: string; line: number; column: number };

function parseFrame(line: string): Frame | null {
  const match = /^\s+at (?:(.*) \()?convex:\/(.+?):(\d+):(\d+)\)?$/.exec(line);
  if (match === null) return null;
  const [, name, modulePath, lineNumber, column] = match;
  return {
    name: name ?? "<anonymous>",
    modulePath: modulePath ?? "",
    line: Number(lineNumber),
    column: Number(column),
  };
}

/** esbuild writes sources relative to the output file in `out/`; Convex shows them relative to the functions folder. */
function relativeSource(modulePath: string, source: string): string {
  const fromRoot = posix.normalize(posix.join("out", posix.dirname(modulePath), source));
  return fromRoot.startsWith("../") ? fromRoot : `../${fromRoot}`;
}
