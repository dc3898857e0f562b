// Cuts a JSON array into its elements while it is read, so that a large one takes neither memory nor a long turn.

/** Bytes of ASCII never occur inside another character in UTF-8, so characters need not be put together first. */
const [SPACE, QUOTE, BACKSLASH, COMMA] = [0x20, 0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The texts of the elements. They are not looked into: each may still be no JSON.
 *
 * @throws SyntaxError when the whole is not one array
 */
export async function* elementsOfJsonArray(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const scanner = new ArrayScanner();
  for await (const chunk of source) yield* scanner.take(chunk);
  scanner.end();
}

class ArrayScanner {
  #state: "before" | "inside" | "after" = "before";
  /** What of the present element was in earlier chunks. */
  #earlier: Buffer[] = [];
  #isFirst = true;
  #depth = 0;
  #inString = false;
  #isEscaped = false;

  *take(chunk: Buffer): Generator<string> {
    const isStart = this.#state === "before" && chunk.subarray(0, 3).equals(BYTE_ORDER_MARK);
    let elementFrom = 0;
    for (let i = isStart ? 3 : 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? SPACE;
      if (this.#state !== "inside") {
        this.#outside(byte);
        elementFrom = i + 1;
      } else if (this.#endsElement(byte)) {
        const text = this.#text(chunk.subarray(elementFrom, i));
        elementFrom = i + 1;
        // `[]` has no element, `[,]` and `[1,]` have one too many.
        if (text.trim() !== "" || byte === COMMA || !this.#isFirst) yield text;
        this.#isFirst = false;
        if (byte === CLOSE_ARRAY) this.#state = "after";
      }
    }
    if (this.#state === "inside") this.#earlier.push(chunk.subarray(elementFrom));
  }

  end(): void {
    if (this.#state === "before") throw new SyntaxError("it is empty");
    if (this.#state === "inside") throw new SyntaxError("the array is not closed");
  }

  #outside(byte: number): void {
    if (byte <= SPACE) return;
    if (this.#state === "after") throw new SyntaxError("there is more after the array");
    if (byte !== OPEN_ARRAY) throw new SyntaxError("it is not an array");
    this.#state = "inside";
  }

  #endsElement(byte: number): boolean {
    if (this.#inString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return false;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) this.#depth += 1;
    else if (this.#depth === 0) return byte === COMMA || byte === CLOSE_ARRAY;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) this.#depth -= 1;
    return false;
  }

  #text(last: Buffer): string {
    const text = Buffer.concat([...this.#earlier, last]).toString("utf8");
    this.#earlier = [];
    return text;
  }
}
