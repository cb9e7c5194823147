// The floor plan: rooms that glow as their lights do.

import { brightnessOf, colourOf, css, luminance, mix } from "./colour.js";
import { jobRooms, secondsLeft, stateOf } from "./describe.js";
import { byId, el, svg } from "./dom.js";
import { furnished } from "./furniture.js";
import { labelOf, shortened, stacked } from "./labels.js";
import { floorsOf, planOf, unitOf } from "./layout.js";
import { neighbour } from "./neighbour.js";
import { house, keyOf } from "./state.js";
import { walls } from "./walls.js";
import { called, countdown, t } from "./words.js";

/** Where the lights of a room hang, as shares of it: its own first. */
const PLACES = [[0.5, 0.5], [0.2, 0.8], [0.8, 0.3], [0.8, 0.8], [0.5, 0.85], [0.2, 0.55]];
const MARGIN = 8; // around a floor, for its outer wall
const TWO_FLOORS = 700; // pixels that two floors need to lie beside each other

const drawn = new Map(); // name of a room -> what is drawn of it
let act = () => {};
let lamps = 0; // drawn so far, for ids

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
  const picture = svg(
    "svg",
    {
      class: "floor",
      viewBox: `${-MARGIN} ${-MARGIN} ${plan.width + 2 * MARGIN} ${plan.height + 2 * MARGIN}`,
      width: plan.width + 2 * MARGIN,
      role: "group",
      "aria-labelledby": title,
      "aria-describedby": about,
      keydown: move,
    },
    svg("title", { id: title }, name),
    svg("desc", { id: about }, t("plan.about")),
    defs,
    rooms,
    walls(plan),
    glow,
    labels,
  );
  for (const pane of picture.querySelectorAll("[data-window]")) drawn.get(pane.dataset.window).windows.push(pane);
  const caption = el("figcaption", {}, name);
  return el("figure", { class: floor.group ? "named" : "" }, caption, picture);
}

function roomOf(cell, defs, glow, labels) {
  const { room, x, y, w, h, kind, outdoors } = cell;
  const parts = { cell, lamps: [], windows: [] };
  parts.tint = svg("rect", { class: "tint", width: w, height: h });
  parts.group = svg(
    "g",
    {
      class: `room ${kind} ${outdoors ? "outdoors" : "indoors"}`,
      role: "button",
      tabindex: "-1",
      "data-room": room.name,
      transform: `translate(${x} ${y})`,
      click: () => act(room.name),
      keydown: press,
    },
    svg("rect", { class: "ground", width: w, height: h }),
    parts.tint,
    furnished(cell),
  );
  const names = [null, ...(room.lights ?? []).map((light) => light.name)];
  names.forEach((light, index) => parts.lamps.push(lampOf(cell, light, index, defs, parts.group, glow)));
  parts.group.append(svg("rect", { class: "focus", x: 5, y: 5, width: w - 10, height: h - 10, rx: 4 }));
  parts.group.append(
    svg(
      "g",
      { class: "person", transform: `translate(${w - 20} 22)` },
      svg("title", {}, t("here.label")),
      svg("circle", { cy: -4, r: 4.5 }),
      svg("path", { d: "M-8 10A8 8 0 0 1 8 10Z" }),
    ),
  );
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
  const id = `light-${(lamps += 1)}`;
  const stops = [
    [0, 1],
    [0.18, 0.82],
    [0.55, 0.42],
    [1, 0.1],
  ];
  defs.append(gradient(id, cx, cy, reach, stops));
  const spill = [
    [0, 0.42],
    [0.45, 0.16],
    [1, 0],
  ];
  defs.append(gradient(`${id}-spill`, x + cx, y + cy, reach, spill));
  const pool = svg("rect", { class: "pool", width: w, height: h, fill: `url(#${id})` });
  const halo = svg("circle", { class: "halo", cx: x + cx, cy: y + cy, r: reach, fill: `url(#${id}-spill)` });
  const size = light ? 5 : 7;
  const lamp = svg(
    "g",
    { class: light ? "lamp own" : "lamp", transform: `translate(${cx} ${cy})` },
    svg("title", {}, light ? called(room.lights[index - 1]) : called(room)),
    svg("circle", { class: "wave", r: size + 6 }),
    svg("circle", { class: "shade", r: size + 4 }),
    svg("circle", { class: "bulb", r: size }),
  );
  group.append(pool, lamp);
  glow.append(halo);
  return {
    key: keyOf({ room: room.name, light }),
    pool,
    halo,
    lamp,
    stops: [...defs.children].slice(-2).flatMap((one) => [...one.children]),
  };
}

function gradient(id, cx, cy, r, stops) {
  return svg(
    "radialGradient",
    { id, cx, cy, r, gradientUnits: "userSpaceOnUse" },
    stops.map(([offset, opacity]) => svg("stop", { offset, "stop-opacity": opacity })),
  );
}

// --- as the lights are ---------------------------------------------------------------------------

function lit(changed) {
  const fresh = new Set(changed.map(keyOf));
  const grounds = groundsNow();
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
    tint(parts, shining, grounds);
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
function tint({ cell, tint: area, label, group, windows }, shining, grounds) {
  const sum = shining.reduce((all, [level]) => all + level, 0);
  const colour = [0, 1, 2].map((part) => shining.reduce((all, [level, of]) => all + level * of[part], 0) / (sum || 1));
  const share = sum ? 0.12 + 0.4 * Math.min(1, sum) : 0;
  if (sum) area.style.fill = css(colour.map(Math.round));
  area.style.opacity = String(share);
  group.classList.toggle("lit", sum > 0);
  const behind = mix(colour, grounds[cell.outdoors], Math.min(1, share + 0.3 * Math.min(1, sum)));
  label.dataset.ink = luminance(behind) > 0.179 ? "dark" : "light"; // where black and white stand out alike
  for (const window of windows) window.style.stroke = sum ? css(colour.map(Math.round)) : "";
}

/** The colours of the floor as the theme has them: by whether it is outdoors. */
function groundsNow() {
  const colour = (outdoors) => {
    const one = document.querySelector(`#plan .${outdoors ? "outdoors" : "indoors"} .ground`);
    return one
      ? getComputedStyle(one)
          .fill.match(/[\d.]+/g)
          .slice(0, 3)
          .map(Number)
      : null;
  };
  return { true: colour(true), false: colour(false) };
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

/** Arrows go from room to room; one room at a time can be tabbed to. */
function move(event) {
  const from = event.target.closest("[data-room]");
  const to =
    from &&
    neighbour(
      from,
      [...drawn.values()].map(({ group }) => group),
      event.key,
    );
  if (!to) return;
  event.preventDefault();
  from.setAttribute("tabindex", "-1");
  to.setAttribute("tabindex", "0");
  to.focus();
}
