// Elements in one expression.

/** <tag> with its properties or attributes, listeners ("onclick") and children. */
export const h = (tag, props = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
};

/** What a <select> offers: [[value, text], …]. */
export const offer = (select, options) => select.replaceChildren(...options.map(([value, text]) => h("option", { value }, text)));
