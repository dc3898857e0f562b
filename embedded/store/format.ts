// The layout of the SQLite file and how older layouts become the current one.
import { randomBytes } from "node:crypto";
import type { Connection } from "./connection.ts";
import { StoreError } from "./connection.ts";
import { moveFormerAnswers } from "./formerAnswers.ts";

/** "LeCt" in ASCII, so that `file` and we can tell these files from other SQLite databases. */
const APPLICATION_ID = 0x4c654374;

/**
 * Step n brings a file of format n to format n + 1; the first one makes an empty file.
 * Append only: files written by every released version must keep opening.
 */
const MIGRATIONS: ((connection: Connection) => void)[] = [createFormat1, createFormat2];

export const FORMAT_VERSION = MIGRATIONS.length;

/**
 * Layout of format 1. Beside these tables there are, for table number N, `d<N>` (documents) and, for index
 * number I, `i<I>` (keys of a database index), `t<I>` (postings of a text index) or `v<I>` (vectors).
 */
function createFormat1(connection: Connection): void {
  connection.exec(`
    CREATE TABLE settings (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE tables (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE indexes (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      table_number INTEGER NOT NULL REFERENCES tables (number),
      name TEXT NOT NULL,
      definition TEXT NOT NULL,
      UNIQUE (table_number, name)
    );
    -- All that changes with every commit, close together so that a commit dirties one page for it:
    -- 0 the newest commit timestamp, 1 the newest creation time, N the document count of table N.
    CREATE TABLE counters (id INTEGER PRIMARY KEY, value NOT NULL);
    INSERT INTO counters VALUES (0, 0), (1, 0.0);
    PRAGMA application_id = ${APPLICATION_ID};
  `);
  connection
    .statement("INSERT INTO settings VALUES ('cursor_key', ?)")
    .run(new Uint8Array(randomBytes(32)));
}

/** `answers`: what `AnswerStore` keeps, `day` in days since 1970. */
function createFormat2(connection: Connection): void {
  connection.exec(`
    CREATE TABLE answers (
      day INTEGER NOT NULL,
      session TEXT NOT NULL,
      request INTEGER NOT NULL,
      ts INTEGER NOT NULL,
      identity TEXT NOT NULL,
      result TEXT NOT NULL,
      log_lines TEXT NOT NULL,
      PRIMARY KEY (day, session, request)
    ) WITHOUT ROWID;
  `);
  moveFormerAnswers(connection);
}

/** Creates or upgrades the file in one transaction. @throws when a newer version wrote it */
export function migrate(connection: Connection): void {
  const version = readNumber(connection, "PRAGMA user_version");
  const applicationId = readNumber(connection, "PRAGMA application_id");
  if (version > 0 && applicationId !== APPLICATION_ID) {
    throw new StoreError(
      "DatabaseCorrupt",
      `${connection.path} is a SQLite database of another program.`,
      undefined,
    );
  }
  if (version > FORMAT_VERSION) {
    throw new StoreError(
      "StorageFailure",
      `${connection.path} was written by a newer version (data format ${version}, this version knows ${FORMAT_VERSION}). Update the program.`,
      undefined,
    );
  }
  if (version === FORMAT_VERSION) return;
  connection.exec("BEGIN IMMEDIATE");
  try {
    for (const step of MIGRATIONS.slice(version)) step(connection);
    connection.exec(`PRAGMA user_version = ${FORMAT_VERSION}`);
    connection.exec("COMMIT");
  } catch (error) {
    if (connection.isInTransaction) connection.exec("ROLLBACK");
    throw error;
  }
}

function readNumber(connection: Connection, sql: string): number {
  return connection.statement<[number]>(sql).get()?.[0] ?? 0;
}
