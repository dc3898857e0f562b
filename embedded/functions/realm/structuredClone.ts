// structuredClone for a realm: plain data, collections, dates, errors and bytes, cycles included.
import { createDomException } from "./events.ts";

export function structuredClone(value: unknown): unknown {
  return clone(value, new Map());
}

function clone(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === "function" || typeof value === "symbol") {
    throw createDomException("DataCloneError", `${String(value)} could not be cloned.`);
  }
  if (typeof value !== "object" || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const keep = <T extends object>(copy: T): T => {
    seen.set(value, copy);
    return copy;
  };
  if (value instanceof Date) return keep(new Date(value.getTime()));
  if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
  if (value instanceof ArrayBuffer) return keep(value.slice(0));
  if (ArrayBuffer.isView(value)) return keep(cloneView(value, seen));
  if (value instanceof Map) {
    const copy = keep(new Map<unknown, unknown>());
    for (const [key, item] of value) copy.set(clone(key, seen), clone(item, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = keep(new Set<unknown>());
    for (const item of value) copy.add(clone(item, seen));
    return copy;
  }
  if (value instanceof Error) {
    const copy = keep(new Error(value.message));
    copy.name = value.name;
    if (value.stack !== undefined) copy.stack = value.stack;
    return copy;
  }
  const copy = keep<Record<string, unknown>>(
    Array.isArray(value) ? (new Array(value.length) as unknown as Record<string, unknown>) : {},
  );
  for (const [name, item] of Object.entries(value)) copy[name] = clone(item, seen);
  return copy;
}

function cloneView(view: ArrayBufferView, seen: Map<object, unknown>): object {
  const { byteOffset } = view;
  const buffer = clone(view.buffer, seen) as ArrayBuffer;
  if (view instanceof DataView) return new DataView(buffer, byteOffset, view.byteLength);
  const typed = view as Uint8Array;
  const Typed = typed.constructor as Uint8ArrayConstructor;
  return new Typed(buffer, byteOffset, typed.length);
}
