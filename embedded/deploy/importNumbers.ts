// Which table numbers an import's tables get. A number is part of every id, so documents keep their ids, and references
// to them hold, only where the number of the file can be had.
import type { TableInfo } from "../database/index.ts";

/** Smaller numbers are those of system tables. */
const FIRST_NUMBER = 10_001;

/** `number`: the one in the file's ids; null when the file does not say. */
export type NumberedTable = { name: string; number: number | null };

/**
 * @param shown the tables that are there, hidden ones left out
 * @param hiddenNumbers numbers that cannot be had because hidden tables of others have them
 * @param isReplaced whether the import takes all documents of a table away
 * @returns for each imported table its number; null: any that is free
 */
export function numbersForImport(
  imported: readonly NumberedTable[],
  shown: readonly TableInfo[],
  hiddenNumbers: ReadonlySet<number>,
  isReplaced: (name: string) => boolean,
): Map<string, number | null> {
  const byName = new Map(shown.map((table) => [table.name, table]));
  const byNumber = new Map(shown.map((table) => [table.number, table]));
  const taken = new Set(hiddenNumbers);
  const isEmptied = (table: TableInfo | undefined): boolean =>
    table === undefined || table.documentCount === 0 || isReplaced(table.name);
  const numbers = new Map<string, number | null>();
  for (const { name, number } of imported) {
    const own = byName.get(name);
    const canHave =
      number !== null &&
      (number === own?.number ||
        (number >= FIRST_NUMBER && isEmptied(own) && isEmptied(byNumber.get(number))));
    const wanted = canHave ? number : (own?.number ?? null);
    const given = wanted === null || taken.has(wanted) ? null : wanted;
    if (given !== null) taken.add(given);
    numbers.set(name, given);
  }
  return numbers;
}

/**
 * Whether tables can still get the numbers that were found for them earlier.
 *
 * @returns the table that changed meanwhile and is in the way; null when there is none
 */
export function tableInTheWay(
  numbers: ReadonlyMap<string, number>,
  shown: readonly TableInfo[],
  isReplaced: (name: string) => boolean,
): string | null {
  for (const [name, number] of numbers) {
    for (const table of shown) {
      const isInvolved = table.name === name || table.number === number;
      const isRight = table.name === name && table.number === number;
      if (!isInvolved || isRight || table.documentCount === 0 || isReplaced(table.name)) continue;
      return table.name;
    }
  }
  return null;
}
