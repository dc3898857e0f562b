// Reads the Range header of a download (RFC 9110, section 14): one range of bytes, as players and resumed downloads ask.

export type ByteRange =
  { kind: "whole" } | { kind: "part"; first: number; last: number } | { kind: "unsatisfiable" };

/** Nonsense is ignored (the whole file is sent), several ranges are refused as Convex does. */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange {
  const list = /^\s*bytes\s*=\s*(.+)$/i.exec(header ?? "")?.[1];
  if (list === undefined) return { kind: "whole" };
  if (list.includes(",")) return { kind: "unsatisfiable" };
  const [, firstText, lastText] = /^(\d*)\s*-\s*(\d*)\s*$/.exec(list) ?? [];
  if (firstText === undefined || lastText === undefined) return { kind: "whole" };
  if (firstText === "" && lastText === "") return { kind: "whole" };

  if (firstText === "") return part(Math.max(0, sizeBytes - Number(lastText)), sizeBytes - 1);
  const first = Number(firstText);
  const last = lastText === "" ? sizeBytes - 1 : Number(lastText);
  if (last < first && lastText !== "") return { kind: "whole" };
  return part(first, Math.min(last, sizeBytes - 1));
}

function part(first: number, last: number): ByteRange {
  return first > last ? { kind: "unsatisfiable" } : { kind: "part", first, last };
}
