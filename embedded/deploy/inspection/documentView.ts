// One document, live, whole.
import type { Value } from "convex/values";
import { h, link, problem, refill } from "./dom.ts";
import { valueNodes, valueText } from "./values.ts";
import type { View } from "./view.ts";

type Found = { table: string; document: Record<string, Value> } | null;

export const documentView: View = {
  title: (id) => `Document ${id}`,
  open: ({ connection, rest: id, place }) =>
    connection.watch<Found>(
      "_system/embedded/documents:get",
      { id },
      (found) => {
        if (found === null) {
          refill(place, problem("There is no such document. It may have been deleted."));
          return;
        }
        const copied = h("span", { role: "status", class: "quiet" });
        const copy = async (): Promise<void> => {
          await navigator.clipboard.writeText(valueText(found.document));
          copied.textContent = "Copied";
        };
        refill(
          place,
          h(
            "p",
            { class: "line" },
            "In ",
            link(`#/tables/${found.table}`, found.table),
            h("button", { "data-key": "copy", onclick: () => void copy() }, "Copy"),
            copied,
          ),
          h("pre", { class: "value" }, valueNodes(found.document)),
        );
      },
      (message) => refill(place, problem(message)),
    ),
};
