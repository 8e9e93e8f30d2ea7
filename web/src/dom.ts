// Two small helpers in place of a framework. Text always goes in as text, never as HTML.

export function by_id<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page has no <${type.name}> with id "${id}"`);
  return element;
}

type Attributes = Record<string, string | number | boolean | null>;

/** `make('p', { class: 'note' }, 'text', child)`; an attribute that is false or null is left out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}
