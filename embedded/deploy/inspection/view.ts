// What a view of the page is, and what it is given.
import type { Connection } from "./connection.ts";

export type ViewContext = {
  connection: Connection;
  /** What follows the view's name in the address, decoded. */
  rest: string;
  /** Where the view puts itself. Its heading is there already. */
  place: HTMLElement;
};

export type View = {
  title: (rest: string) => string;
  /** Fills `place`; the returned function ends whatever it watches. */
  open: (context: ViewContext) => () => void;
};
