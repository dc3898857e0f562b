// Shows a note's text with its formulas and code. KaTeX and its fonts are fetched only by lectures that need them.
import type KatexModule from "katex";
import { useEffect, useState } from "react";
import { parseRichText, type RichPart } from "../../../domain/richText.ts";
import styles from "./RichText.module.css";

export function RichText({ text }: { text: string }) {
  return parseRichText(text).map((part, index) => <Part key={index} part={part} />);
}

function Part({ part }: { part: RichPart }) {
  switch (part.kind) {
    case "text":
      return part.text;
    case "code":
      return part.isBlock ? (
        <span className={styles.codeBlock} tabIndex={0} role="group" aria-label="Code">
          <code>{part.code}</code>
        </span>
      ) : (
        <code className={styles.code}>{part.code}</code>
      );
    case "math":
      return <Formula latex={part.latex} isBlock={part.isBlock} />;
    default:
      return part satisfies never;
  }
}

type Katex = typeof KatexModule;
let loadedKatex: Katex | undefined;

function Formula({ latex, isBlock }: { latex: string; isBlock: boolean }) {
  const [katex, setKatex] = useState<Katex | undefined>(() => loadedKatex);

  useEffect(() => {
    if (loadedKatex) return;
    let isShown = true;
    // Without KaTeX (offline, blocked) the formula stays readable as LaTeX.
    loadKatex().then(
      (loaded) => isShown && setKatex(() => loaded),
      () => undefined,
    );
    return () => {
      isShown = false;
    };
  }, []);

  if (!katex) return <code className={styles.code}>{latex}</code>;
  const html = katex.renderToString(latex, {
    displayMode: isBlock,
    output: "htmlAndMathml",
    // A formula that can't be read is shown as it was written.
    throwOnError: false,
    // The LaTeX comes from a model that read a stranger's words: no links, no HTML, no endless macros.
    trust: false,
    maxExpand: 200,
  });
  return (
    <span
      className={isBlock ? styles.mathBlock : undefined}
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}

async function loadKatex(): Promise<Katex> {
  const [{ default: katex }] = await Promise.all([
    import("katex"),
    import("katex/dist/katex.min.css"),
  ]);
  loadedKatex = katex;
  return katex;
}
