// Walls, doors and windows of a floor plan.

import { svg } from "./dom.js";

/** Everything of a plan (see layout.js) that stands between its rooms. */
export function walls({ width, height, rooms, doors, windows }) {
  const inner = rooms.map(({ x, y, w, h, outdoors }) =>
    svg("rect", { class: outdoors ? "rail" : "wall", x, y, width: w, height: h }),
  );
  const indoors = rooms.filter((room) => !room.outdoors);
  return svg(
    "g",
    { class: "walls", "aria-hidden": "true" },
    inner.sort((one) => (one.classList.contains("rail") ? -1 : 1)),
    outline(indoors),
    windows.map(pane),
    doors.map(leaf),
  );
}

/** The outer wall, around the rooms that have a roof: they fill a rectangle. */
function outline(rooms) {
  if (!rooms.length) return [];
  const [left, top] = [Math.min(...rooms.map(({ x }) => x)), Math.min(...rooms.map(({ y }) => y))];
  const right = Math.max(...rooms.map(({ x, w }) => x + w));
  const bottom = Math.max(...rooms.map(({ y, h }) => y + h));
  return svg("rect", { class: "outer", x: left, y: top, width: right - left, height: bottom - top, rx: 2 });
}

function pane({ room, x, y, size, upright }) {
  const d = upright ? `M${x} ${y}v${size}` : `M${x} ${y}h${size}`;
  return [svg("path", { class: "frame", d }), svg("path", { class: "pane", d, "data-window": room })];
}

/** A gap in the wall, and the quarter circle that the door sweeps. */
function leaf({ x, y, size, upright, side }) {
  const gap = upright ? `M${x} ${y}v${size}` : `M${x} ${y}h${size}`;
  const open = side * size;
  const swing = upright
    ? `M${x} ${y}h${open}A${size} ${size} 0 0 ${side > 0 ? 1 : 0} ${x} ${y + size}`
    : `M${x} ${y}v${open}A${size} ${size} 0 0 ${side > 0 ? 0 : 1} ${x + size} ${y}`;
  return [svg("path", { class: "gap", d: gap }), svg("path", { class: "swing", d: swing })];
}
