// The inspection page: asks for the admin key once, then shows the view that the address names.
import { Connection, checkKey } from "./connection.ts";
import { documentView } from "./documentView.ts";
import { field, h, problem, refill } from "./dom.ts";
import { filesView } from "./filesView.ts";
import { functionsView } from "./functionsView.ts";
import { logsView } from "./logsView.ts";
import { scheduledView } from "./scheduledView.ts";
import { tablesView } from "./tablesView.ts";
import type { View } from "./view.ts";

/** In this tab only: the key opens everything, and the app's own pages share this origin. */
const KEY_NAME = "embedded-admin-key";
const VIEWS: Record<string, View> = {
  tables: tablesView,
  documents: documentView,
  functions: functionsView,
  scheduled: scheduledView,
  files: filesView,
  logs: logsView,
};
const NAVIGATION = ["tables", "functions", "scheduled", "files", "logs"];

void begin();

async function begin(): Promise<void> {
  const kept = sessionStorage.getItem(KEY_NAME);
  if (kept !== null && (await checkKey(kept)) === null) inspect(kept);
  else askForKey();
}

function askForKey(): void {
  const key = h("input", {
    ...{ type: "password", name: "key", required: true, autocomplete: "current-password" },
  });
  const trouble = h("div", {});
  const submit = async (): Promise<void> => {
    const given = key.value.trim();
    const wrong = await checkKey(given);
    if (wrong !== null) {
      refill(trouble, problem(wrong));
      key.focus();
      return;
    }
    sessionStorage.setItem(KEY_NAME, given);
    inspect(given);
  };
  document.body.replaceChildren(
    h(
      "main",
      { class: "sign-in" },
      h("h1", {}, "Embedded backend"),
      h(
        "form",
        {
          onsubmit: (event: Event) => {
            event.preventDefault();
            void submit();
          },
        },
        field("Admin key", key),
        h(
          "p",
          { class: "quiet" },
          "It is in the file ",
          h("code", {}, "admin-key"),
          " of the data folder. It stays in this tab.",
        ),
        trouble,
        h("button", { class: "primary" }, "Open"),
      ),
    ),
  );
  key.focus();
}

function inspect(key: string): void {
  const connection = new Connection(key);
  const connected = h("span", { role: "status", class: "quiet" });
  connection.onConnectionChange((isConnected) => {
    connected.textContent = isConnected ? "" : "Not connected; trying again";
  });
  const nav = h("nav", { "aria-label": "Views" });
  const main = h("main", { tabindex: "-1" });
  const forget = (): void => {
    sessionStorage.removeItem(KEY_NAME);
    location.reload();
  };
  document.body.replaceChildren(
    h(
      "header",
      {},
      h("span", { class: "name" }, location.host),
      nav,
      connected,
      h("button", { onclick: forget }, "Forget key"),
    ),
    main,
  );
  let close = (): void => undefined;
  const show = (): void => {
    close();
    close = showView(connection, nav, main);
  };
  addEventListener("hashchange", () => {
    show();
    // Where a reader of the page by ear goes on.
    main.querySelector("h1")?.focus();
  });
  show();
}

function showView(connection: Connection, nav: HTMLElement, main: HTMLElement): () => void {
  const [, name = "tables", rest = ""] = /^#\/([^/]*)\/?(.*)$/.exec(location.hash) ?? [];
  const view = VIEWS[name] ?? tablesView;
  const current = name === "documents" ? "tables" : name;
  nav.replaceChildren(
    ...NAVIGATION.map((entry) =>
      h(
        "a",
        { href: `#/${entry}`, "aria-current": entry === current ? "page" : null },
        entry.charAt(0).toUpperCase() + entry.slice(1),
      ),
    ),
  );
  const decoded = decode(rest);
  const title = view.title(decoded);
  document.title = `${title} - ${location.host}`;
  const place = h("div", {});
  main.replaceChildren(h("h1", { tabindex: "-1" }, title), place);
  return view.open({ connection, rest: decoded, place });
}

/** An address that somebody typed may be no good encoding; then it is taken as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
