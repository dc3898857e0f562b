// Scheduled functions by their state, with cancel, and crons with their newest runs.
import type { Value } from "convex/values";
import type { Connection } from "./connection.ts";
import { field, h, link, problem, refill, select } from "./dom.ts";
import { startPager, type Row } from "./pager.ts";
import { documentHash, formatTime, summary } from "./values.ts";
import type { View } from "./view.ts";

const STATES = [
  ["", "All, newest first"],
  ["pending", "Pending, next first"],
  ["inProgress", "Running"],
  ["failed", "Failed"],
  ["success", "Succeeded"],
  ["canceled", "Cancelled"],
] as const;

type Cron = {
  name: string;
  spec: { name: string; schedule: Record<string, Value> };
  nextTs: number | null;
  state: { kind: string };
  runs: { startedTime: number; durationMs: number; error: string | null }[];
};

export const scheduledView: View = {
  title: () => "Scheduled",
  open: ({ connection, place }) => {
    const jobs = h("div", {});
    const crons = h("div", {});
    let stopJobs = (): void => undefined;
    const showState = (state: string): void => {
      stopJobs();
      stopJobs = startPager(jobs, {
        connection,
        query: "_system/embedded/scheduled:page",
        args: { state: state === "" ? null : state },
        show: (rows) => jobTable(rows, connection),
        empty: "No such functions.",
      });
    };
    refill(
      place,
      h("h2", {}, "Functions"),
      h("form", { class: "toolbar" }, field("State", select(STATES, "", showState))),
      jobs,
      h("h2", {}, "Crons"),
      crons,
    );
    showState("");
    const stopCrons = connection.watch<Cron[]>(
      "_system/embedded/crons:list",
      {},
      (list) =>
        refill(
          crons,
          list.length === 0
            ? h("p", { class: "quiet" }, "This deployment has no crons.")
            : list.map(cronDetails),
        ),
      (message) => refill(crons, problem(message)),
    );
    return () => {
      stopJobs();
      stopCrons();
    };
  },
};

function jobTable(rows: Row[], connection: Connection): HTMLElement {
  const trouble = h("div", {});
  const cancel = async (id: string): Promise<void> => {
    try {
      await connection.cancelJob(id);
    } catch (error) {
      refill(trouble, problem(error instanceof Error ? error.message : String(error)));
    }
  };
  const cancelButton = (id: string, name: string) =>
    h(
      "button",
      {
        "data-key": `cancel-${id}`,
        "aria-label": `Cancel ${name}`,
        onclick: () => void cancel(id),
      },
      "Cancel",
    );
  const heading = (text: string) => h("th", { scope: "col" }, text);
  return h(
    "div",
    {},
    trouble,
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Scheduled functions" },
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, ["Function", "State", "Due", "Arguments"].map(heading))),
        h(
          "tbody",
          {},
          rows.map((row) => {
            const { kind, error } = stateOf(row);
            const [args] = Array.isArray(row.args) ? row.args : [];
            const name = textOf(row.name);
            return h(
              "tr",
              {},
              h("td", {}, link(documentHash(row._id), name, row._id)),
              h(
                "td",
                {},
                h(
                  "div",
                  { class: "line" },
                  h("span", { class: `state ${kind}` }, kind),
                  kind === "pending" || kind === "inProgress" ? cancelButton(row._id, name) : null,
                ),
                error === null ? null : h("pre", { class: "error" }, error),
              ),
              h("td", {}, formatTime(Number(row.scheduledTime))),
              h("td", {}, h("code", {}, summary(args, 60))),
            );
          }),
        ),
      ),
    ),
  );
}

function stateOf(row: Row): { kind: string; error: string | null } {
  const { state } = row;
  if (typeof state !== "object" || state === null || !("kind" in state)) {
    return { kind: "unknown", error: null };
  }
  const error = "error" in state && typeof state.error === "string" ? state.error : null;
  return { kind: textOf(state.kind), error };
}

function cronDetails({ name, spec, nextTs, state, runs }: Cron): HTMLElement {
  const [newest] = runs;
  const last =
    newest === undefined ? "never ran" : `${newest.error === null ? "succeeded" : "failed"} last`;
  return h(
    "details",
    {},
    h(
      "summary",
      { "data-key": `cron-${name}` },
      h("strong", {}, name),
      h(
        "span",
        { class: "quiet" },
        ` ${spec.name}, ${scheduleText(spec.schedule)}, ${state.kind === "inProgress" ? "running now" : last}, next ${nextTs === null ? "never" : formatTime(nextTs)}`,
      ),
    ),
    runs.length === 0
      ? h("p", { class: "quiet" }, "No runs yet.")
      : h(
          "ul",
          {},
          runs.map((run) =>
            h(
              "li",
              {},
              `${formatTime(run.startedTime)}, ${run.durationMs.toFixed(0)} ms, ${run.error === null ? "succeeded" : "failed"}`,
              run.error === null ? null : h("pre", { class: "error" }, run.error),
            ),
          ),
        ),
  );
}

function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : summary(value);
}

function scheduleText({ type, ...schedule }: Record<string, Value>): string {
  const two = (value: Value | undefined) => summary(value ?? 0).padStart(2, "0");
  const time = `at ${two(schedule.hourUTC)}:${two(schedule.minuteUTC)} UTC`;
  switch (type) {
    case "interval": {
      const [unit = "", count] = Object.entries(schedule)[0] ?? [];
      return `every ${summary(count)} ${unit}`;
    }
    case "hourly":
      return `hourly at minute ${summary(schedule.minuteUTC ?? 0)}`;
    case "daily":
      return `daily ${time}`;
    case "weekly":
      return `on ${textOf(schedule.dayOfWeek)} ${time}`;
    case "monthly":
      return `on day ${summary(schedule.day)} of the month ${time}`;
    case "cron":
      return `at ${textOf(schedule.cron)} UTC`;
    default:
      return summary(schedule);
  }
}
