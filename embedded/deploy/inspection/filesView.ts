// Stored files: what they are, and a link to each.
import { h, link } from "./dom.ts";
import { startPager, type Row } from "./pager.ts";
import { documentHash, formatBytes, formatTime, summary } from "./values.ts";
import type { View } from "./view.ts";

export const filesView: View = {
  title: () => "Files",
  open: ({ connection, place }) =>
    startPager(place, {
      connection,
      query: "_system/embedded/files:page",
      args: {},
      show: fileTable,
      empty: "No files are stored.",
    }),
};

function fileTable(rows: Row[]): HTMLElement {
  const heading = (text: string) => h("th", { scope: "col" }, text);
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Files" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ["_id", "Type", "Size", "Stored", "Content"].map(heading))),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            h("td", {}, h("code", {}, link(documentHash(row._id), row._id))),
            h("td", {}, typeof row.contentType === "string" ? row.contentType : "unknown"),
            h("td", { class: "number" }, formatBytes(Number(row.size))),
            h("td", {}, formatTime(row._creationTime)),
            h(
              "td",
              {},
              h(
                "a",
                { href: pathOf(row), target: "_blank", rel: "noopener noreferrer" },
                "Open",
                h("span", { class: "unseen" }, ` file ${summary(row._id)} in a new tab`),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

function pathOf(row: Row): string {
  return typeof row.path === "string" && row.path.startsWith("/api/storage/") ? row.path : "";
}
