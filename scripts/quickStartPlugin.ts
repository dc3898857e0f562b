// A Vite plugin for the first second: the page's name is painted before any other file has come, and the code of the
// page that was asked for is fetched together with the app's, not after it.
import type { HtmlTagDescriptor, Plugin, Rolldown } from "vite";

/** @param routeFiles the address's first part and the file of its route, e.g. `{ record: "src/routes/record.tsx" }` */
export function quickStart(routeFiles: Record<string, string>): Plugin {
  return {
    name: "lectern-quick-start",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle }) => ({
        html: stylesAfterFirstPaint(html),
        tags: bundle ? [preloadScript(routeFiles, Object.values(bundle))] : [],
      }),
    },
  };
}

/** A stylesheet holds back what stands after it: behind the first words it lets them through. */
function stylesAfterFirstPaint(html: string): string {
  const moved: string[] = [];
  const rest = html.replaceAll(/[ \t]*<link rel="stylesheet"[^>]*>\n?/g, (tag) => {
    moved.push(tag);
    return "";
  });
  return rest.replace("</body>", () => `${moved.join("")}  </body>`);
}

/** Asks for the files of the page in the address bar as soon as the document is read. */
function preloadScript(
  routeFiles: Record<string, string>,
  bundle: readonly (Rolldown.OutputAsset | Rolldown.OutputChunk)[],
): HtmlTagDescriptor {
  const chunks = bundle.filter((file) => file.type === "chunk");
  const entry = chunks.find((chunk) => chunk.isEntry);
  const known = new Set(entry ? [entry.fileName, ...entry.imports] : []);
  const files = Object.fromEntries(
    Object.entries(routeFiles).map(([path, routeFile]) => {
      const page = chunks.find((chunk) =>
        chunk.moduleIds.some((id) => id.includes(`${routeFile}?tsr-split=component`)),
      );
      if (!page) throw new Error(`${routeFile} has no chunk of its own to be fetched early.`);
      return [path, [page.fileName, ...page.imports].filter((name) => !known.has(name))];
    }),
  );
  return {
    tag: "script",
    injectTo: "head",
    children: `for (const file of (${JSON.stringify(files)})[location.pathname.split("/")[1]] ?? [])
        document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", crossOrigin: "", href: "/" + file }));`,
  };
}
