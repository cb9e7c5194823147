// The names of rooms on the plan, with their states: cut to what fits, and on a plate that they can be read on.

import { svg } from "./dom.js";
import { called } from "./words.js";

const EDGE = 22; // pixels of a room beside its name

/** The name of a room and its state, at its top left; along a corridor that is too narrow, turned. */
export function labelOf({ room, x, y, w, h }) {
  const turned = w < 70 && h > 1.6 * w;
  const long = turned ? h : w;
  const place = turned ? `translate(${x + w / 2 - 4} ${y + 14}) rotate(90)` : `translate(${x + 13} ${y + 25})`;
  const lines = broken(called(room), long - EDGE);
  const name = lines.map((line, index) => svg("tspan", { x: 0, dy: index ? "1.15em" : 0 }, line));
  const below = 17 + (lines.length - 1) * 17;
  return svg(
    "g",
    { class: "label", transform: place, "aria-hidden": "true" },
    svg("rect", { class: "plate", x: -7, y: -18, rx: 7 }),
    svg("text", { class: "name" }, name),
    svg("text", { class: "state", y: below }),
    svg("text", { class: "due", y: below }),
  );
}

const pen = document.createElement("canvas").getContext("2d");
let family = null;

/** The width of a text in pixels: of a name, or of what stands below it. */
function widthOf(text, small = false) {
  family ??= getComputedStyle(document.body).fontFamily;
  pen.font = `${small ? "500 12.5px" : "600 14.5px"} ${family}`;
  return pen.measureText(text).width;
}

/** A name in one line, or in two; what is too wide for that is cut off. */
function broken(name, width) {
  if (widthOf(name) <= width) return [name];
  const words = name.split(" ");
  let count = words.length - 1;
  while (count > 1 && widthOf(words.slice(0, count).join(" ")) > width) count -= 1;
  const lines = [words.slice(0, count).join(" "), words.slice(count).join(" ")].filter(Boolean);
  return (count ? lines : [name]).map((line) => {
    const letters = [...new Intl.Segmenter().segment(line)].map(({ segment }) => segment);
    while (letters.length > 1 && widthOf(letters.join("") + "…") > width) letters.pop();
    return letters.join("").length < line.length && widthOf(line) > width ? `${letters.join("")}…` : line;
  });
}

/** A state, or its first part where there is no space for more. */
export function shortened(state, { w, h }) {
  return widthOf(state, true) <= (w < 70 ? h : w) - EDGE ? state : state.split(" · ")[0];
}

/** What is to come stands where the state would, if there is none to tell. */
export function stacked(label) {
  const [state, due] = label.querySelectorAll(".state, .due");
  due.setAttribute("y", Number(state.getAttribute("y")) + (state.textContent ? 16 : 0));
  const shown = state.textContent + due.textContent.replace(/\d/g, "0");
  if (label.dataset.shown === shown) return;
  label.dataset.shown = shown;
  const names = [...label.querySelectorAll("tspan")].map(({ textContent }) => widthOf(textContent));
  const width = Math.max(...names, ...[state, due].map(({ textContent }) => widthOf(textContent, true)));
  const below = [due, state].find(({ textContent }) => textContent);
  const bottom = below ? Number(below.getAttribute("y")) + 5 : 7 + (names.length - 1) * 17;
  const plate = label.querySelector(".plate");
  plate.setAttribute("width", width + 18); // digits of one width are wider than they are measured
  plate.setAttribute("height", bottom + 20);
}
