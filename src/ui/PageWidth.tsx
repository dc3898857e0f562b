// The page's column: its width and its distance from the edges, the same everywhere.
import type { ReactNode } from "react";
import { classNames } from "./classNames.ts";
import "./PageWidth.css";

export function PageWidth({
  width = "page",
  children,
}: {
  /** `reading`: one column of text or a form; `page`: the whole. */
  width?: "reading" | "page";
  children: ReactNode;
}) {
  return <div className={classNames("page-width", width === "reading" && width)}>{children}</div>;
}
