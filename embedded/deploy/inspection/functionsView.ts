// The deployed functions, and a form to run one of them, as whoever one likes.
import type { RunResult } from "./connection.ts";
import { field, h, link, problem, refill } from "./dom.ts";
import { exampleArgs, validatorText, type Validator } from "./validatorText.ts";
import type { View, ViewContext } from "./view.ts";

type FunctionSpec = {
  functionType: "Query" | "Mutation" | "Action";
  identifier: string;
  visibility: { kind: string };
  args: Validator;
  returns: Validator;
};
type Spec = FunctionSpec | { functionType: "HttpAction"; path: string; method: string };

export const functionsView: View = {
  title: (identifier) => (identifier === "" ? "Functions" : shortName(identifier)),
  open: (context) => (context.rest === "" ? openList(context) : openFunction(context)),
};

/** `dir/mod:fn`, as clients write it. */
function shortName(identifier: string): string {
  return identifier.replace(/\.js:default$/, "").replace(/\.js:/, ":");
}

function watchSpec({ connection, place }: ViewContext, onSpec: (spec: Spec[]) => void): () => void {
  return connection.watch("_system/cli/modules:apiSpec", {}, onSpec, (message) =>
    refill(place, problem(message)),
  );
}

function openList(context: ViewContext): () => void {
  return watchSpec(context, (spec) => {
    const functions = spec.filter((entry) => entry.functionType !== "HttpAction");
    const routes = spec.filter((entry) => entry.functionType === "HttpAction");
    refill(
      context.place,
      functions.length === 0 ? h("p", { class: "quiet" }, "Nothing has been pushed yet.") : null,
      h(
        "ul",
        { class: "cards" },
        functions.map(({ identifier, functionType, visibility }) =>
          h(
            "li",
            {},
            link(`#/functions/${encodeURIComponent(identifier)}`, shortName(identifier)),
            h("span", { class: "quiet" }, `${visibility.kind} ${functionType.toLowerCase()}`),
          ),
        ),
      ),
      routes.length === 0 ? null : h("h2", {}, "HTTP actions"),
      h(
        "ul",
        { class: "cards" },
        routes.map(({ path, method }) => h("li", {}, h("code", {}, `${method} ${path}`))),
      ),
    );
  });
}

function openFunction(context: ViewContext): () => void {
  let shown = false;
  return watchSpec(context, (spec) => {
    const entry = spec.find(
      (found): found is FunctionSpec =>
        found.functionType !== "HttpAction" && found.identifier === context.rest,
    );
    // A push must not take away what is being typed.
    if (shown && entry !== undefined) return;
    shown = entry !== undefined;
    refill(
      context.place,
      h("p", {}, link("#/functions", "All functions")),
      ...(entry === undefined
        ? [problem("There is no such function (any more).")]
        : runForm(entry, context)),
    );
  });
}

function runForm(entry: FunctionSpec, { connection }: ViewContext): HTMLElement[] {
  const args = h(
    "textarea",
    { rows: "6", spellcheck: "false", name: "args" },
    JSON.stringify(exampleArgs(entry.args), null, 2),
  );
  const identity = h("textarea", {
    ...{ rows: "3", spellcheck: "false", name: "identity" },
    placeholder: '{"subject": "user1", "issuer": "https://example.com"}',
  });
  const output = h("div", { "aria-live": "polite" });
  const run = h("button", { class: "primary" }, "Run");
  const submit = async (): Promise<void> => {
    run.disabled = true;
    refill(output, h("p", { class: "quiet" }, "Running…"));
    const startedMs = performance.now();
    try {
      const acting = identity.value.trim();
      const result = await connection.run(
        shortName(entry.identifier),
        parse(args.value, "The arguments"),
        acting === "" ? null : (parse(acting, "The identity") as object),
      );
      refill(output, resultNodes(result, performance.now() - startedMs));
    } catch (error) {
      refill(output, problem(error instanceof Error ? error.message : String(error)));
    }
    run.disabled = false;
  };
  return [
    h(
      "p",
      {},
      `${entry.visibility.kind} ${entry.functionType.toLowerCase()}: `,
      h("code", {}, `${validatorText(entry.args)} → ${validatorText(entry.returns)}`),
    ),
    h(
      "form",
      {
        class: "run",
        onsubmit: (event: Event) => {
          event.preventDefault();
          void submit();
        },
      },
      field("Arguments, as Convex JSON", args),
      h("details", {}, h("summary", {}, "Run as a user"), field("Identity", identity)),
      run,
    ),
    output,
  ];
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} are not JSON: ${error instanceof Error ? error.message : ""}`, {
      cause: error,
    });
  }
}

function resultNodes(result: RunResult, durationMs: number): HTMLElement[] {
  const lines = result.logLines ?? [];
  return [
    h("p", { class: "quiet" }, `Finished in ${durationMs.toFixed(0)} ms.`),
    result.status === "success"
      ? h("pre", { class: "value" }, JSON.stringify(result.value, null, 2))
      : h("pre", { class: "error", role: "alert" }, errorText(result)),
    ...(lines.length === 0 ? [] : [h("h2", {}, "Log"), h("pre", {}, lines.join("\n"))]),
  ];
}

function errorText({ errorMessage, errorData }: RunResult & { status: "error" }): string {
  const data = errorData === undefined ? "" : `\n\n${JSON.stringify(errorData, null, 2)}`;
  return errorMessage + data;
}
