// Events, abort signals and DOMException for a realm.

class DOMException extends Error {
  readonly #name: string;
  constructor(message = "", name = "Error") {
    super(message);
    this.#name = name;
  }
  override get name() {
    return this.#name;
  }
  get code() {
    return this.#name === "AbortError" ? 20 : this.#name === "DataCloneError" ? 25 : 0;
  }
}

export function createDomException(name: string, message: string): Error {
  return new DOMException(message, name);
}

type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };
type ListenerOptions = boolean | { once?: boolean };

class Event {
  readonly type: string;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  target: unknown = null;
  currentTarget: unknown = null;
  #prevented = false;
  #stopped = false;
  constructor(type: string, options: { bubbles?: boolean; cancelable?: boolean } = {}) {
    this.type = String(type);
    this.bubbles = options.bubbles === true;
    this.cancelable = options.cancelable === true;
  }
  get defaultPrevented() {
    return this.#prevented;
  }
  get stopped() {
    return this.#stopped;
  }
  preventDefault() {
    if (this.cancelable) this.#prevented = true;
  }
  stopPropagation() {}
  stopImmediatePropagation() {
    this.#stopped = true;
  }
}

class CustomEvent extends Event {
  readonly detail: unknown;
  constructor(type: string, options: { detail?: unknown; cancelable?: boolean } = {}) {
    super(type, options);
    this.detail = options.detail ?? null;
  }
}

class EventTarget {
  readonly #listeners = new Map<string, { listener: Listener; once: boolean }[]>();
  addEventListener(type: string, listener: Listener | null, options: ListenerOptions = {}) {
    if (listener === null) return;
    const once = typeof options === "object" && options.once === true;
    const list = this.#listeners.get(type) ?? [];
    if (!list.some((entry) => entry.listener === listener)) list.push({ listener, once });
    this.#listeners.set(type, list);
  }
  removeEventListener(type: string, listener: Listener | null) {
    const list = this.#listeners.get(type) ?? [];
    const rest = list.filter((entry) => entry.listener !== listener);
    this.#listeners.set(type, rest);
  }
  dispatchEvent(event: Event): boolean {
    event.target = event.currentTarget = this;
    for (const { listener, once } of [...(this.#listeners.get(event.type) ?? [])]) {
      if (once) this.removeEventListener(event.type, listener);
      if (typeof listener === "function") listener.call(this, event);
      else listener.handleEvent(event);
      if (event.stopped) break;
    }
    event.currentTarget = null;
    return !event.defaultPrevented;
  }
}

/** Assigned in the class's static block, the only place that may write its private fields. */
let signalAbort: (signal: AbortSignal, reason: unknown) => void;

class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown = undefined;
  onabort: ((event: Event) => void) | null = null;
  get aborted() {
    return this.#aborted;
  }
  get reason() {
    return this.#reason;
  }
  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }
  static abort(reason?: unknown) {
    const signal = new AbortSignal();
    signalAbort(signal, reason);
    return signal;
  }
  static any(signals: Iterable<AbortSignal>) {
    const joined = new AbortSignal();
    for (const signal of signals) {
      if (signal.aborted) signalAbort(joined, signal.reason);
      else signal.addEventListener("abort", () => signalAbort(joined, signal.reason));
    }
    return joined;
  }
  static timeout(): never {
    throw new Error(
      "Can't use AbortSignal.timeout in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.",
    );
  }
  static {
    signalAbort = (signal, reason) => {
      if (signal.#aborted) return;
      signal.#aborted = true;
      signal.#reason = reason ?? new DOMException("This operation was aborted", "AbortError");
      const event = new Event("abort");
      signal.onabort?.(event);
      signal.dispatchEvent(event);
    };
  }
}

class AbortController {
  readonly signal = new AbortSignal();
  abort(reason?: unknown) {
    signalAbort(this.signal, reason);
  }
}

export const eventClasses = {
  DOMException,
  Event,
  CustomEvent,
  EventTarget,
  AbortSignal,
  AbortController,
};
