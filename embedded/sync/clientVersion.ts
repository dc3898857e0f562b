// Which version of the client is on the other end: it stands in the address, or in a header for other SDKs.
import type { IncomingHttpHeaders } from "node:http";

/** From this version of the npm client on, transitions may come in chunks. */
const FIRST_WITH_CHUNKS: Version = [1, 28, 0];

type Version = [major: number, minor: number, patch: number];

/**
 * @param pathname of the upgrade request
 * @returns null when the address is not the sync endpoint
 */
export function parseSyncPath(pathname: string): { version: string | null } | null {
  const match = /^\/api\/(?:([^/]+)\/)?sync$/.exec(pathname);
  return match === null ? null : { version: match[1] ?? null };
}

export function understandsChunks(
  pathVersion: string | null,
  headers: IncomingHttpHeaders,
): boolean {
  const header = headers["convex-client"];
  const version =
    typeof header === "string"
      ? parseVersion(/^npm-(.+)$/.exec(header)?.[1])
      : parseVersion(pathVersion);
  return version !== null && atLeast(version, FIRST_WITH_CHUNKS);
}

function parseVersion(text: string | null | undefined): Version | null {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(text ?? "");
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function atLeast(version: Version, least: Version): boolean {
  for (const position of [0, 1, 2] as const) {
    if (version[position] !== least[position]) return version[position] > least[position];
  }
  return true;
}
