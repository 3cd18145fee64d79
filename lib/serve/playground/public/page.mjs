/** What pages have in common: the elements that are there, and new ones. */

export const at = (id) => document.getElementById(id);

/** An element with content; texts are only ever set as text. */
export function element(name, content = [], attributes = {}) {
  const one = document.createElement(name);
  one.append(...[content].flat());
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  return one;
}
