// Makes elements: `h("p", { class: "note" }, "text")`.

type Child = Node | string | null;
type Properties = {
  [name: string]: string | number | boolean | null | ((event: Event) => void) | undefined;
};

/** Attributes by name; functions are listeners (`onclick`); false, null and undefined leave an attribute out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children.flat().filter((child) => child !== null));
  return element;
}

/** Puts new children into an element; whoever had the focus keeps it, by `data-key`. */
export function refill(parent: HTMLElement, ...children: (Child | Child[])[]): void {
  const focused = document.activeElement;
  const key =
    focused instanceof HTMLElement && parent.contains(focused) ? focused.dataset.key : undefined;
  parent.replaceChildren(...children.flat().filter((child) => child !== null));
  if (key === undefined) return;
  parent.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

export function link(hash: string, text: string, key = hash): HTMLAnchorElement {
  return h("a", { href: hash, "data-key": key }, text);
}

/** A label around its control. */
export function field(label: string, control: HTMLElement): HTMLLabelElement {
  return h("label", { class: "field" }, h("span", {}, label), control);
}

export function select(
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
  onChange: (value: string) => void,
): HTMLSelectElement {
  const element = h(
    "select",
    { onchange: () => onChange(element.value) },
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
  );
  return element;
}

/** Says what went wrong, also to those who do not see it. */
export function problem(message: string): HTMLElement {
  return h("p", { class: "problem", role: "alert" }, message);
}
