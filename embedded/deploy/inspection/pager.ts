// One page of a list at a time, live, with buttons to the next and the previous one.
import type { Value } from "convex/values";
import type { Connection } from "./connection.ts";
import { h, problem, refill } from "./dom.ts";

const PAGE_SIZE = 50;

export type Row = Record<string, Value> & { _id: string; _creationTime: number };
type Page = { page: Row[]; isDone: boolean; continueCursor: string };

export type PagerOptions = {
  connection: Connection;
  /** A system query that takes `cursor` and `pageSize` beside `args`. */
  query: string;
  args: Record<string, Value>;
  /** What a page of rows looks like. */
  show: (rows: Row[]) => HTMLElement;
  /** What to say when there is none. */
  empty: string;
};

/** Shows the first page in `place`. The returned function ends it. */
export function startPager(place: HTMLElement, options: PagerOptions): () => void {
  const { connection, query, args, show, empty } = options;
  /** Where each page up to the present one begins. */
  const starts: (string | null)[] = [null];
  let stop = (): void => undefined;

  const open = (): void => {
    stop();
    const cursor = starts.at(-1) ?? null;
    stop = connection.watch<Page>(
      query,
      { ...args, cursor, pageSize: PAGE_SIZE },
      (page) => refill(place, contents(page), buttons(page)),
      (message) => refill(place, problem(message)),
    );
  };
  const contents = ({ page, isDone }: Page): HTMLElement => {
    if (page.length > 0) return show(page);
    const nothing = isDone ? empty : "Nothing among the documents looked at so far. Look further.";
    return h("p", { class: "quiet" }, starts.length === 1 || !isDone ? nothing : "No more.");
  };
  const buttons = ({ isDone, continueCursor }: Page): HTMLElement => {
    const move = (change: () => void) => () => {
      change();
      open();
    };
    return h(
      "div",
      { class: "pager" },
      h(
        "button",
        {
          "data-key": "previous",
          disabled: starts.length === 1,
          onclick: move(() => starts.pop()),
        },
        "Previous",
      ),
      h("span", { class: "quiet" }, `Page ${String(starts.length)}`),
      h(
        "button",
        { "data-key": "next", disabled: isDone, onclick: move(() => starts.push(continueCursor)) },
        "Next",
      ),
    );
  };
  open();
  return () => stop();
}
