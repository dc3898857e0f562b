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
      handler: (html, { bundle }) => {
        if (!bundle) return html;
        return {
          html: stylesInPage(html, bundle),
          tags: [preloadScript(routeFiles, Object.values(bundle))],
        };
      },
    },
  };
}

/**
 * Puts the first stylesheet (5 kB on the wire) into the document, where it waits for no other round trip. In its old
 * place: the pages' own styles come after it and win where they disagree.
 */
function stylesInPage(html: string, bundle: Rolldown.OutputBundle): string {
  return html.replace(/<link rel="stylesheet"[^>]* href="\/([^"]+)">/, (_, fileName: string) => {
    const file = bundle[fileName];
    if (file?.type !== "asset") throw new Error(`${fileName} is not among the built files.`);
    // The pages' code makes sure that this stylesheet is there by looking for its link. A disabled one is found, and
    // fetches nothing.
    const link = `<link rel="stylesheet" href="/${fileName}" disabled>`;
    return `<style>${String(file.source)}</style>${link}`;
  });
}

/** Asks for the files of the page in the address bar as soon as the document is read. */
function preloadScript(
  routeFiles: Record<string, string>,
  built: readonly (Rolldown.OutputAsset | Rolldown.OutputChunk)[],
): HtmlTagDescriptor {
  const chunks = new Map(
    built.filter((file) => file.type === "chunk").map((chunk) => [chunk.fileName, chunk]),
  );
  const entry = [...chunks.values()].find((chunk) => chunk.isEntry);
  const known = new Set(entry ? filesOf(entry, chunks) : []);
  const files = Object.fromEntries(
    Object.entries(routeFiles).map(([path, routeFile]) => {
      const page = [...chunks.values()].find((chunk) =>
        chunk.moduleIds.some((id) => id.includes(`${routeFile}?tsr-split=component`)),
      );
      if (!page) throw new Error(`${routeFile} has no chunk of its own to be fetched early.`);
      return [path, filesOf(page, chunks).filter((name) => !known.has(name))];
    }),
  );
  return {
    tag: "script",
    injectTo: "head",
    children: `for (const file of (${JSON.stringify(files)})[location.pathname.split("/")[1]] ?? [])
        document.head.append(Object.assign(document.createElement("link"), {
          ...(file.endsWith(".css") ? { rel: "preload", as: "style" } : { rel: "modulepreload" }),
          crossOrigin: "",
          href: "/" + file,
        }));`,
  };
}

/** A chunk with all that it imports, and their stylesheets. */
function filesOf(
  chunk: Rolldown.OutputChunk,
  chunks: ReadonlyMap<string, Rolldown.OutputChunk>,
): string[] {
  const files = [chunk.fileName, ...chunk.imports];
  const styles = files.flatMap((name) => [...(chunks.get(name)?.viteMetadata?.importedCss ?? [])]);
  return [...new Set([...files, ...styles])];
}
