// The floor plan: rooms that glow as their lights do.

import { brightnessOf, colourOf, css, luminance, mix } from "./colour.js";
import { jobRooms, secondsLeft, stateOf } from "./describe.js";
import { byId, el, svg } from "./dom.js";
import { furnished } from "./furniture.js";
import { floorsOf, planOf, unitOf } from "./layout.js";
import { walls } from "./walls.js";
import { house, keyOf } from "./state.js";
import { called, countdown, t } from "./words.js";

/** Where the lights of a room hang, as shares of it: its own first. */
const PLACES = [[0.5, 0.5], [0.2, 0.8], [0.8, 0.3], [0.8, 0.8], [0.5, 0.85], [0.2, 0.55]];
const MARGIN = 8; // around a floor, for its outer wall
const TWO_FLOORS = 700; // pixels that two floors need to lie beside each other
const EDGE = 22; // of a room, beside its name

const drawn = new Map(); // name of a room -> what is drawn of it
let act = () => {};

/** Draws the plan, and again when the home, the width or the theme changes; `pressed` is told of a room's name. */
export function showPlan(pressed) {
  act = pressed;
  house.addEventListener("home", draw);
  house.addEventListener("lights", ({ detail }) => lit(detail.changed));
  house.addEventListener("jobs", clocks);
  house.addEventListener("here", standing);
  setInterval(clocks, 1000);
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => {
    if (Math.abs(contentRect.width - width) > 1 && house.home) draw();
    width = contentRect.width;
  }).observe(byId("plan"));
}

export function draw() {
  const focused = document.activeElement?.closest?.("#plan [data-room]")?.dataset.room;
  drawn.clear();
  const floors = floorsOf(house.home);
  const box = boxFor(byId("plan"));
  const unit = unitOf(floors, box);
  if (floors.length > 1 && box.width > TWO_FLOORS) box.width = box.width / 2 - 2 * MARGIN; // beside each other
  byId("plan").replaceChildren(...floors.map((floor, index) => figureOf(floor, index, box, unit)));
  drawn.values().next().value?.group.setAttribute("tabindex", "0");
  lit([]);
  clocks();
  standing();
  if (focused) drawn.get(focused)?.group.focus();
}

/** The pixels that the plan may take: all that is wide, and what is left of the height beside head and input. */
function boxFor(element) {
  const width = element.clientWidth - 2 * MARGIN;
  return { width, height: Math.max(320, window.innerHeight - 345) };
}

function figureOf(floor, index, box, unit) {
  const plan = planOf(floor, box, unit);
  const name = floor.group ? called(floor.group) : t(index ? "plan.rest" : "plan.whole", { home: house.home.name });
  const [title, about] = [`floor-${index}`, `floor-${index}-about`];
  const glow = svg("g", { class: "glow" });
  const labels = svg("g", { class: "labels" });
  const defs = svg("defs");
  const rooms = plan.rooms.map((cell) => roomOf(cell, defs, glow, labels));
  const picture = svg("svg", {
    class: "floor", viewBox: `${-MARGIN} ${-MARGIN} ${plan.width + 2 * MARGIN} ${plan.height + 2 * MARGIN}`, width: plan.width + 2 * MARGIN, role: "group",
    "aria-labelledby": title, "aria-describedby": about, keydown: move,
  }, svg("title", { id: title }, name), svg("desc", { id: about }, t("plan.about")), defs, rooms, walls(plan), glow, labels);
  const caption = el("figcaption", {}, name);
  return el("figure", { class: floor.group ? "named" : "" }, caption, picture);
}

function roomOf(cell, defs, glow, labels) {
  const { room, x, y, w, h, kind, outdoors } = cell;
  const parts = { cell, lamps: [] };
  parts.tint = svg("rect", { class: "tint", width: w, height: h });
  parts.group = svg("g", {
    class: `room ${kind} ${outdoors ? "outdoors" : "indoors"}`, role: "button", tabindex: "-1", "data-room": room.name,
    transform: `translate(${x} ${y})`, click: () => act(room.name), keydown: press,
  }, svg("rect", { class: "ground", width: w, height: h }), parts.tint, furnished(cell));
  const names = [null, ...(room.lights ?? []).map((light) => light.name)];
  names.forEach((light, index) => parts.lamps.push(lampOf(cell, light, index, defs, parts.group, glow)));
  parts.group.append(svg("rect", { class: "focus", x: 5, y: 5, width: w - 10, height: h - 10, rx: 4 }));
  parts.group.append(svg("g", { class: "person", transform: `translate(${w - 20} 22)` }, svg("title", {}, t("here.label")),
    svg("circle", { cy: -4, r: 4.5 }), svg("path", { d: "M-8 10A8 8 0 0 1 8 10Z" })));
  parts.label = labelOf(cell);
  labels.append(parts.label);
  drawn.set(room.name, parts);
  return parts.group;
}

function lampOf({ room, x, y, w, h, kind }, light, index, defs, group, glow) {
  const [shareX, shareY] = PLACES[index % PLACES.length];
  const clear = light || kind === "hall" ? 0 : Math.min(h - 18, 74); // of the name
  const [cx, cy] = [w * shareX, Math.max(h * shareY, clear)];
  const reach = Math.max(w, h) * (light ? 0.5 : 0.78);
  const id = `light-${defs.childElementCount}-${group.dataset.room.replace(/\W/g, "-")}`;
  const stops = [[0, 1], [0.18, 0.82], [0.55, 0.42], [1, 0.1]];
  defs.append(gradient(id, cx, cy, reach, stops));
  const spill = [[0, 0.42], [0.45, 0.16], [1, 0]];
  defs.append(gradient(`${id}-spill`, x + cx, y + cy, reach, spill));
  const pool = svg("rect", { class: "pool", width: w, height: h, fill: `url(#${id})` });
  const halo = svg("circle", { class: "halo", cx: x + cx, cy: y + cy, r: reach, fill: `url(#${id}-spill)` });
  const size = light ? 5 : 7;
  const lamp = svg("g", { class: light ? "lamp own" : "lamp", transform: `translate(${cx} ${cy})` },
    svg("title", {}, light ? called(room.lights[index - 1]) : called(room)),
    svg("circle", { class: "wave", r: size + 6 }), svg("circle", { class: "shade", r: size + 4 }),
    svg("circle", { class: "bulb", r: size }));
  group.append(pool, lamp);
  glow.append(halo);
  return { key: keyOf({ room: room.name, light }), pool, halo, lamp, stops: [...defs.children].slice(-2).flatMap((one) => [...one.children]) };
}

function gradient(id, cx, cy, r, stops) {
  return svg("radialGradient", { id, cx, cy, r, gradientUnits: "userSpaceOnUse" },
    stops.map(([offset, opacity]) => svg("stop", { offset, "stop-opacity": opacity })));
}

/** The name of a room and its state, at its top left; along a corridor that is too narrow, turned. */
function labelOf({ room, x, y, w, h }) {
  const turned = w < 70 && h > 1.6 * w;
  const long = turned ? h : w;
  const place = turned ? `translate(${x + w / 2 - 4} ${y + 14}) rotate(90)` : `translate(${x + 13} ${y + 25})`;
  const lines = broken(called(room), long - EDGE);
  const name = lines.map((line, index) => svg("tspan", { x: 0, dy: index ? "1.15em" : 0 }, line));
  const below = 17 + (lines.length - 1) * 17;
  return svg("g", { class: "label", transform: place, "aria-hidden": "true" },
    svg("rect", { class: "plate", rx: 7 }), svg("text", { class: "name" }, name),
    svg("text", { class: "state", y: below }), svg("text", { class: "due", y: below }));
}

const pen = document.createElement("canvas").getContext("2d");

/** The width of a text in pixels: of a name, or of what stands below it. */
function widthOf(text, small = false) {
  pen.font = `${small ? "500 12.5px" : "600 14.5px"} ${getComputedStyle(document.body).fontFamily}`;
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
function shortened(state, { w, h }) {
  return widthOf(state, true) <= (w < 70 ? h : w) - EDGE ? state : state.split(" · ")[0];
}

// --- as the lights are ---------------------------------------------------------------------------

function lit(changed) {
  const fresh = new Set(changed.map(keyOf));
  for (const [name, parts] of drawn) {
    const shining = [];
    for (const lamp of parts.lamps) {
      const light = house.lights.get(lamp.key);
      if (!light) continue;
      const level = brightnessOf(light);
      if (level) shining.push([level, colourOf(light)]);
      show(lamp, light, level);
      if (fresh.has(lamp.key)) ripple(lamp.lamp);
    }
    tint(parts, shining);
    const state = saidOf(name);
    parts.label.querySelector(".state").textContent = shining.length ? shortened(state, parts.cell) : "";
    stacked(parts.label);
    parts.group.setAttribute("aria-label", `${called(parts.cell.room)}: ${state}`);
    parts.group.setAttribute("aria-pressed", String(shining.length > 0));
  }
}

function show(lamp, light, level) {
  const colour = css(colourOf(light));
  // What is off keeps the colour that it had, so that it fades and does not change it.
  if (level) for (const part of [...lamp.stops, lamp.lamp]) part.style.setProperty("--light", colour);
  lamp.pool.style.opacity = level ? String(0.3 + 0.7 * level) : "0";
  lamp.halo.style.opacity = level ? String(0.2 + 0.8 * level) : "0";
  lamp.lamp.classList.toggle("on", level > 0);
  lamp.lamp.classList.toggle("lost", !light.reachable);
}

/** All of a room has the colour of its lights, less than under the lamps. */
function tint({ cell, tint: area, label, group }, shining) {
  const sum = shining.reduce((all, [level]) => all + level, 0);
  const colour = [0, 1, 2].map((part) => shining.reduce((all, [level, of]) => all + level * of[part], 0) / (sum || 1));
  const share = sum ? 0.12 + 0.4 * Math.min(1, sum) : 0;
  if (sum) area.style.fill = css(colour.map(Math.round));
  area.style.opacity = String(share);
  group.classList.toggle("lit", sum > 0);
  const ground = getComputedStyle(group.querySelector(".ground")).fill.match(/[\d.]+/g).slice(0, 3).map(Number);
  const behind = mix(colour, ground, Math.min(1, share + 0.3 * Math.min(1, sum)));
  label.dataset.ink = luminance(behind) > 0.179 ? "dark" : "light"; // where black and white stand out alike
  for (const window of document.querySelectorAll(`[data-window="${CSS.escape(cell.room.name)}"]`)) {
    window.style.stroke = sum ? css(colour.map(Math.round)) : "";
  }
}

/** A room's state in words: of its own light, and of each named one that is not as it is. */
function saidOf(name) {
  const [own, ...named] = house.lightsOf(name);
  if (!own) return "";
  const others = named.filter((light) => stateOf(light) !== stateOf(own)).length;
  const shown = own.on || !named.some((light) => light.on) ? own : named.find((light) => light.on);
  return stateOf(shown) + (others ? " +" : "");
}

function ripple(lamp) {
  lamp.classList.remove("changed");
  lamp.getBoundingClientRect(); // else the animation does not begin anew
  lamp.classList.add("changed");
}

function clocks() {
  const next = new Map();
  for (const job of house.jobs.values()) {
    for (const room of jobRooms(job)) next.set(room, Math.min(next.get(room) ?? Infinity, secondsLeft(job)));
  }
  for (const [name, { label }] of drawn) {
    label.querySelector(".due").textContent = next.has(name) ? `◷ ${countdown(next.get(name))}` : "";
    stacked(label);
  }
}

/** What is to come stands where the state would, if there is none to tell. */
function stacked(label) {
  const [state, due] = label.querySelectorAll(".state, .due");
  due.setAttribute("y", Number(state.getAttribute("y")) + (state.textContent ? 16 : 0));
  const shown = state.textContent + due.textContent.replace(/\d/g, "0");
  if (label.dataset.shown === shown) return;
  label.dataset.shown = shown;
  const plate = label.querySelector(".plate");
  for (const side of ["width", "height"]) plate.setAttribute(side, "0"); // does not count
  const { x, y, width, height } = label.getBBox();
  const size = { x: x - 6, y: y - 4, width: width + 12, height: height + 8 };
  for (const side of Object.keys(size)) plate.setAttribute(side, size[side]);
}

function standing() {
  for (const [name, { group }] of drawn) group.classList.toggle("here", name === house.here);
}

/** Shows which rooms are meant by what is asked about; none for no more. */
export function point(rooms = []) {
  for (const [name, { group }] of drawn) group.classList.toggle("meant", rooms.includes(name));
}

// --- by keyboard ---------------------------------------------------------------------------------

function press(event) {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  act(event.currentTarget.dataset.room);
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Arrows go to the nearest room in their direction; one room at a time can be tabbed to. */
function move(event) {
  const arrow = ARROWS[event.key];
  const from = event.target.closest("[data-room]");
  if (!arrow || !from) return;
  event.preventDefault();
  const middle = (group) => {
    const { x, y, width, height } = group.querySelector(".ground").getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  };
  const [startX, startY] = middle(from);
  let best = null;
  for (const { group } of drawn.values()) {
    const [x, y] = middle(group);
    const ahead = (x - startX) * arrow[0] + (y - startY) * arrow[1];
    const aside = Math.abs((x - startX) * arrow[1]) + Math.abs((y - startY) * arrow[0]);
    if (ahead > 4 && (!best || ahead + 2 * aside < best.far)) best = { far: ahead + 2 * aside, group };
  }
  if (!best) return;
  from.setAttribute("tabindex", "-1");
  best.group.setAttribute("tabindex", "0");
  best.group.focus();
}
