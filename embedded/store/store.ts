// One opened SQLite file with all that is read and written in it.
import { AnswerStore } from "./answers.ts";
import { Catalog } from "./catalog.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { DocumentStore } from "./documents.ts";
import { migrate } from "./format.ts";
import { TextStore } from "./texts.ts";
import { VectorStore } from "./vectors.ts";

export type Store = {
  connection: Connection;
  catalog: Catalog;
  documents: DocumentStore;
  texts: TextStore;
  vectors: VectorStore;
  answers: AnswerStore;
};

/** Opens a file, or with `readOnly` a second view of it that sees only what is committed. */
export function openStore(path: string, options: ConnectionOptions = {}): Store {
  const connection = new Connection(path, options);
  try {
    if (options.readOnly !== true) migrate(connection);
    return {
      connection,
      catalog: new Catalog(connection),
      documents: new DocumentStore(connection),
      texts: new TextStore(connection),
      vectors: new VectorStore(connection),
      answers: new AnswerStore(connection),
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}
