// Tables, and the documents of one of them: filtered, in either order, page by page.
import type { Value } from "convex/values";
import { field, h, link, problem, refill, select } from "./dom.ts";
import { startPager, type Row } from "./pager.ts";
import { documentHash, formatTime, isId, summary } from "./values.ts";
import type { View, ViewContext } from "./view.ts";

const OPERATORS = [
  ["$eq", "="],
  ["$neq", "≠"],
  ["$lt", "<"],
  ["$lte", "≤"],
  ["$gt", ">"],
  ["$gte", "≥"],
] as const;

export const tablesView: View = {
  title: (table) => (table === "" ? "Tables" : table),
  open: (context) => (context.rest === "" ? openList(context) : openTable(context)),
};

function openList({ connection, place }: ViewContext): () => void {
  return connection.watch<{ name: string; documentCount: number }[]>(
    "_system/embedded/tables:list",
    {},
    (tables) =>
      refill(
        place,
        h(
          "ul",
          { class: "cards" },
          tables.map(({ name, documentCount }) =>
            h(
              "li",
              {},
              link(`#/tables/${name}`, name),
              h("span", { class: "quiet" }, `${documentCount.toLocaleString()} documents`),
            ),
          ),
        ),
      ),
    (message) => refill(place, problem(message)),
  );
}

function openTable({ connection, rest: table, place }: ViewContext): () => void {
  let order = "desc";
  let filter: Record<string, Value> | null = null;
  const documents = h("div", {});
  let stop = (): void => undefined;
  const restart = (): void => {
    stop();
    stop = startPager(documents, {
      connection,
      query: "_system/embedded/documents:page",
      args: { table, order, filter },
      show: documentTable,
      empty: filter === null ? "This table is empty." : "No document matches.",
    });
  };
  const form = filterForm(
    (newFilter) => {
      filter = newFilter;
      restart();
    },
    (newOrder) => {
      order = newOrder;
      restart();
    },
  );
  refill(place, h("p", {}, link("#/tables", "All tables")), form, documents);
  restart();
  return () => stop();
}

function filterForm(
  onFilter: (filter: Record<string, Value> | null) => void,
  onOrder: (order: string) => void,
): HTMLElement {
  const name = h("input", { name: "field", autocomplete: "off", spellcheck: "false" });
  const value = h("input", { name: "value", autocomplete: "off", spellcheck: "false" });
  let operator = "$eq";
  const apply = (event: Event): void => {
    event.preventDefault();
    onFilter(
      name.value === "" ? null : { field: name.value, operator, valueJson: valueJson(value.value) },
    );
  };
  return h(
    "form",
    { class: "toolbar", onsubmit: apply },
    field("Field", name),
    field(
      "Is",
      select(OPERATORS, operator, (chosen) => {
        operator = chosen;
      }),
    ),
    field("Value", value),
    h("button", {}, "Filter"),
    field(
      "Order",
      select(
        [
          ["desc", "Newest first"],
          ["asc", "Oldest first"],
        ],
        "desc",
        onOrder,
      ),
    ),
    h(
      "p",
      { class: "quiet hint" },
      'Values: text as it is, or JSON such as 12, true, "12"; 12n for int64; undefined for a missing field.',
    ),
  );
}

/** What was typed as Convex JSON: JSON where it is JSON, 12n an int64, anything else text. */
export function valueJson(typed: string): string {
  const text = typed.trim();
  if (text === "undefined") return '{"$undefined":null}';
  if (/^-?\d+n$/.test(text)) return JSON.stringify({ $integer: int64Base64(text.slice(0, -1)) });
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return JSON.stringify(typed);
  }
}

function int64Base64(decimal: string): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(decimal), true);
  return btoa(String.fromCharCode(...bytes));
}

/** A column for each field that occurs; the id first, the creation time last. */
function documentTable(rows: Row[]): HTMLElement {
  const fields = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (name) => !name.startsWith("_"),
  );
  const heading = (text: string) => h("th", { scope: "col" }, text);
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Documents" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ["_id", ...fields, "_creationTime"].map(heading))),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            h("td", {}, h("code", {}, link(documentHash(row._id), row._id))),
            fields.map((name) => h("td", {}, cell(row[name]))),
            h("td", {}, formatTime(row._creationTime)),
          ),
        ),
      ),
    ),
  );
}

function cell(value: Value | undefined): HTMLElement {
  return h("code", {}, isId(value) ? h("a", { href: documentHash(value) }, value) : summary(value));
}
