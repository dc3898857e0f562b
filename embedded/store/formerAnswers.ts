// Brings the answers kept for replayed mutations from where format 1 had them, in documents, into their own table.
import { jsonToConvex } from "convex/values";
import { AnswerStore } from "./answers.ts";
import type { Connection } from "./connection.ts";

/** As format 1 wrote them. Those of the first version have no identity. */
type FormerAnswer = {
  _creationTime: number;
  sessionId: string;
  requestId: number;
  result: string;
  logLines: string[];
  identity?: string;
  ts: { $integer: string };
};

const FORMER_TABLE = "_session_requests";
const CHUNK_ROWS = 1_000;

/** Removes the former table with its indexes. */
export function moveFormerAnswers(connection: Connection): void {
  const found = connection
    .statement<[number]>("SELECT number FROM tables WHERE name = ?")
    .get(FORMER_TABLE);
  // A new file, or one that was never opened after its first moment.
  if (found === undefined) return;
  const [number] = found;
  const answers = new AnswerStore(connection);
  const chunk = connection.statement<[number, string]>(
    `SELECT row, json FROM d${number} WHERE row > ? ORDER BY row LIMIT ${CHUNK_ROWS}`,
  );
  for (let rows = chunk.all(0); rows.length > 0; rows = chunk.all(rows.at(-1)?.[0] ?? 0)) {
    for (const [, json] of rows) addFormer(answers, JSON.parse(json) as FormerAnswer);
  }
  const indexes = connection
    .statement<[number, string]>("SELECT id, name FROM indexes WHERE table_number = ?")
    .all(number);
  for (const [id, name] of indexes) if (name !== "by_id") connection.exec(`DROP TABLE i${id}`);
  connection.exec(`DROP TABLE d${number}`);
  connection.statement("DELETE FROM indexes WHERE table_number = ?").run(number);
  connection.statement("DELETE FROM counters WHERE id = ?").run(number);
  connection.statement("DELETE FROM tables WHERE number = ?").run(number);
}

function addFormer(answers: AnswerStore, former: FormerAnswer): void {
  const { sessionId, requestId, result, logLines, identity = "", ts } = former;
  const answer = {
    ...{ session: sessionId, request: requestId, identity, resultJson: result },
    logLinesJson: JSON.stringify(logLines),
    ts: jsonToConvex(ts) as bigint,
  };
  answers.add(answer, former._creationTime);
}
