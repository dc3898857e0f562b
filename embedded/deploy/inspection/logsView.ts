// What functions logged, live: the newest last, as in a terminal.
import type { LogEntry } from "./connection.ts";
import { field, h, problem, refill } from "./dom.ts";
import type { View } from "./view.ts";

/** Older entries leave the page; the backend keeps about as many. */
const KEPT_ENTRIES = 1000;
const RETRY_MS = 2_000;

export const logsView: View = {
  title: () => "Logs",
  open: ({ connection, place }) => {
    const closing = new AbortController();
    const trouble = h("div", {});
    const list = h("ol", { class: "log", "aria-label": "Log entries" });
    const text = h("input", { name: "filter", autocomplete: "off", oninput: () => showAll() });
    const onlyErrors = h("input", { type: "checkbox", onchange: () => showAll() });
    const entries: LogEntry[] = [];

    const matches = (entry: LogEntry): boolean =>
      (!onlyErrors.checked || entry.error !== null) &&
      (text.value === "" || searchText(entry).includes(text.value.toLowerCase()));
    const showAll = (): void => refill(list, entries.filter(matches).map(logItem));
    const add = (added: LogEntry[]): void => {
      const atEnd = innerHeight + scrollY >= document.body.scrollHeight - 80;
      entries.push(...added);
      entries.splice(0, entries.length - KEPT_ENTRIES);
      list.append(...added.filter(matches).map(logItem));
      while (list.childElementCount > KEPT_ENTRIES) list.firstElementChild?.remove();
      if (atEnd) scrollTo({ top: document.body.scrollHeight });
    };
    const follow = async (): Promise<void> => {
      for (let cursor = 0; !closing.signal.aborted;) {
        try {
          const next = await connection.logs(cursor, closing.signal);
          cursor = next.newCursor;
          add(next.entries);
          refill(trouble);
        } catch (error) {
          if (closing.signal.aborted) return;
          const reason = error instanceof Error ? error.message : String(error);
          refill(trouble, problem(`The log cannot be read: ${reason} Trying again.`));
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    };
    refill(
      place,
      h(
        "form",
        { class: "toolbar", onsubmit: (event: Event) => event.preventDefault() },
        field("Contains", text),
        h("label", { class: "check" }, onlyErrors, "Only errors"),
      ),
      trouble,
      list,
    );
    void follow();
    return () => closing.abort();
  },
};

function searchText(entry: LogEntry): string {
  return [entry.identifier, entry.requestId, entry.error ?? "", ...entry.logLines]
    .join("\n")
    .toLowerCase();
}

function logItem(entry: LogEntry): HTMLElement {
  const lines = entry.logLines.join("\n");
  return h(
    "li",
    {},
    h(
      "div",
      { class: "line" },
      h("time", {}, new Date(entry.timestamp * 1000).toLocaleTimeString()),
      h(
        "span",
        { class: `state ${entry.error === null ? "success" : "failed"}` },
        entry.error === null ? "ok" : "failed",
      ),
      h("strong", {}, entry.identifier),
      h(
        "span",
        { class: "quiet" },
        `${entry.udfType.toLowerCase()} by ${entry.caller.toLowerCase()}, ${(entry.executionTime * 1000).toFixed(0)} ms`,
      ),
    ),
    lines === "" ? null : h("pre", {}, lines),
    entry.error === null ? null : h("pre", { class: "error" }, entry.error),
  );
}
