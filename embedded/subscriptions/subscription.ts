// One query that somebody watches: what to run, its newest result, the ranges it read, and who wants to know.
import type { QueryOutcome, QueryRequest } from "../functions/index.ts";
import type { Interval } from "./intervalIndex.ts";
import { identityKey } from "./identityKey.ts";
import type { QuerySet } from "./querySet.ts";

export type WatchedQuery = Required<
  Pick<QueryRequest, "path" | "args" | "identity" | "visibility">
> & {
  journal: string | null;
};

/** A result as clients see it. Shared by everyone who watches, so never changed. */
export type QueryResult = Pick<QueryOutcome, "logLines" | "journal"> &
  (
    | { ok: true; valueJson: string }
    | { ok: false; error: { message: string; data?: unknown; frames?: string } }
  );

/** One query id of one query set. */
export class Watcher {
  readonly set: QuerySet;
  readonly queryId: number;
  readonly query: WatchedQuery;
  subscription: Subscription;

  constructor(set: QuerySet, queryId: number, query: WatchedQuery, subscription: Subscription) {
    this.set = set;
    this.queryId = queryId;
    this.query = query;
    this.subscription = subscription;
  }
}

export class Subscription {
  readonly query: WatchedQuery;
  readonly identityKey: string;
  readonly watchers = new Set<Watcher>();
  /** Where `Subscriptions` finds it; null when an equal one already stands there. */
  key: string | null = null;
  /** False once a run did not look at the identity: then everybody may share it. */
  identityMatters = true;
  /** Result and ranges hold for the present moment. */
  fresh = false;
  /** Everything was invalidated while it ran: the result at hand may come from old code. */
  runAgain = false;
  result: QueryResult | null = null;
  /** The end of the page as of the last run, so that a rerun ends there too. */
  journal: string | null;
  ranges: readonly (Interval & { index: number })[] = [];

  constructor(query: WatchedQuery) {
    this.query = query;
    this.identityKey = identityKey(query.identity);
    this.journal = query.journal;
  }
}

/** What makes two queries equal, identity aside. Admins see other functions than clients do: never shared with them. */
export function queryKey(query: WatchedQuery, journal: string | null): string {
  const privilege = query.identity.kind === "admin" ? "admin" : "client";
  return JSON.stringify([query.path, query.args, journal, query.visibility, privilege]);
}

export function keyWithIdentity(key: string, identity: string): string {
  return `${key} ${identity}`;
}

/** Convex's rule for "nothing changed": equal value or error, and equal log lines. */
export function sameResult(a: QueryResult, b: QueryResult): boolean {
  if (a === b) return true;
  if (a.logLines.length !== b.logLines.length) return false;
  if (a.logLines.some((line, i) => line !== b.logLines[i])) return false;
  if (a.ok) return b.ok && a.valueJson === b.valueJson;
  if (b.ok) return false;
  return (
    a.error.message === b.error.message &&
    a.error.frames === b.error.frames &&
    JSON.stringify(a.error.data) === JSON.stringify(b.error.data)
  );
}
