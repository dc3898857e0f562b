// Convex's default runtime has the web's globals and none of Node's: everything that is not on this list goes.

const WEB_GLOBALS = new Set(
  (
    "AbortController AbortSignal Blob ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy Crypto CryptoKey " +
    "CustomEvent DOMException DecompressionStream Event EventTarget File FormData Headers MessageEvent " +
    "ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest " +
    "ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder " +
    "TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL URLPattern " +
    "URLSearchParams WebAssembly WritableStream WritableStreamDefaultController WritableStreamDefaultWriter atob btoa " +
    "clearInterval clearTimeout console crypto fetch performance queueMicrotask setInterval setTimeout structuredClone"
  ).split(" "),
);

const LANGUAGE_GLOBALS = new Set(
  (
    "AggregateError Array ArrayBuffer AsyncDisposableStack BigInt BigInt64Array BigUint64Array Boolean DataView Date " +
    "DisposableStack Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array Int32Array " +
    "Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp " +
    "Set String SuppressedError Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array " +
    "Uint8ClampedArray WeakMap WeakRef WeakSet decodeURI decodeURIComponent encodeURI encodeURIComponent escape " +
    "globalThis isFinite isNaN parseFloat parseInt undefined unescape"
  ).split(" "),
);

/** Node's own code behind `fetch` and `Request` looks these up as globals each time it needs them. */
const INTERNAL_GLOBALS = ["Buffer", "setImmediate", "clearImmediate"];

/** Strips the current thread's globals down to Convex's. There is no way back. */
export function keepConvexGlobals(variables: Record<string, string>): void {
  // Loads what Node loads when it is first used, while everything is still there.
  new Request("http://127.0.0.1/").headers.has("x");
  const internals = INTERNAL_GLOBALS.map((name) => [name, Reflect.get(globalThis, name)] as const);
  for (const name of Reflect.ownKeys(globalThis)) {
    if (typeof name !== "string" || WEB_GLOBALS.has(name) || LANGUAGE_GLOBALS.has(name)) continue;
    Reflect.deleteProperty(globalThis, name);
  }
  for (const [name, value] of internals) showToNodeOnly(name, value);
  forbidCodeFromStrings();
  Object.assign(globalThis, { self: globalThis, global: globalThis });
  Object.defineProperty(globalThis, "process", {
    value: { env: { ...variables } },
    writable: true,
    configurable: true,
  });
}

function showToNodeOnly(name: string, value: unknown): void {
  const get = (): unknown => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 1;
    const caller: { stack?: unknown } = {};
    Error.captureStackTrace(caller, get);
    Error.stackTraceLimit = stackTraceLimit;
    return String(caller.stack).includes("node:internal/") ? value : undefined;
  };
  Object.defineProperty(globalThis, name, { get, configurable: true, enumerable: false });
}

/** `new Function` would compile in a scope whose `import()` is Node's own. */
function forbidCodeFromStrings(): void {
  const refuse = () => {
    throw new EvalError("Code generation from strings disallowed for this context");
  };
  const kinds = [
    function () {},
    async function () {},
    function* () {},
    async function* () {},
  ] as const;
  for (const sample of kinds) {
    const prototype = Object.getPrototypeOf(sample) as { constructor: { name: string } };
    const { name } = prototype.constructor;
    const replacement = function () {
      return refuse();
    };
    Object.defineProperties(replacement, {
      name: { value: name },
      prototype: { value: prototype, writable: false },
    });
    Object.defineProperty(prototype, "constructor", { value: replacement, configurable: true });
    if (name === "Function") {
      Object.defineProperty(globalThis, "Function", { value: replacement, configurable: true });
    }
  }
  Object.defineProperty(globalThis, "eval", { value: refuse, configurable: true });
}
