// Making elements, and remembering small things in the browser.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (functions become listeners, false and null are left out) and children. */
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Something remembered in this browser; `fallback` where nothing is, or may be. */
export function recall(key, fallback) {
  try {
    return JSON.parse(localStorage.getItem(`batti.${key}`)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(`batti.${key}`, JSON.stringify(value));
  } catch {
    // full or forbidden: it is forgotten when the page is closed
  }
}
