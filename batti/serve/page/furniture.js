// Furniture as line drawings, seen from above: hints at what a room is, drawn along its walls.
// A piece is drawn about the place where it stands: a corner or a wall of the room, the room lying at
// negative coordinates of "right" and "bottom", and at positive ones of "left" and "top".

import { svg } from "./dom.js";

const box = (x, y, width, height, rx = 3) => ["rect", { x, y, width, height, rx }];
const disc = (cx, cy, r) => ["circle", { cx, cy, r }];
const line = (d) => ["path", { d }];

const PLANT = [disc(0, 0, 9), line("M0 -9V9M-9 0H9M-6 -6L6 6M-6 6L6 -6")];
const moved = (shapes, x, y) => ["g", { transform: `translate(${x} ${y})` }, shapes];
const chair = (x, y) => box(x - 6, y - 6, 12, 12, 4);

const PIECES = {
  kitchen: [
    [
      "right bottom",
      [
        line("M-128 -8V-34H-34V-108H-8"),
        disc(-104, -20, 5),
        disc(-88, -20, 5),
        box(-30, -92, 18, 26, 5),
        disc(-21, -79, 2),
        line("M-66 -34V-8"),
      ],
    ],
  ],
  living: [
    [
      "bottom",
      [box(-62, -34, 124, 26, 9), box(-50, -34, 49, 15, 5), box(1, -34, 49, 15, 5), box(-34, -72, 68, 24, 12)],
    ],
    ["right", [box(-32, -19, 24, 38, 8), box(-32, -13, 16, 26, 6)]],
    ["left bottom", [moved(PLANT, 22, -22)]],
  ],
  bed: [
    [
      "right bottom",
      [
        box(-92, -86, 84, 62, 6),
        box(-32, -80, 18, 23, 6),
        box(-32, -53, 18, 23, 6),
        line("M-44 -86V-24M-44 -72Q-52 -55 -44 -38"),
        box(-26, -112, 18, 18, 4),
        disc(-17, -103, 4),
      ],
    ],
  ],
  study: [
    ["right bottom", [box(-36, -98, 28, 76, 4), box(-30, -70, 15, 22, 2), box(-58, -68, 15, 18, 6)]],
    ["bottom", [box(-54, -22, 64, 14, 2), line("M-44 -22V-8M-38 -22V-8M-30 -22V-8M-18 -22V-8M-11 -22V-8M0 -22V-8")]],
  ],
  prayer: [
    [
      "bottom",
      [
        box(-26, -32, 52, 24, 4),
        line("M0 -52Q8 -42 0 -36Q-8 -42 0 -52M-13 -36Q0 -24 13 -36"),
        disc(-16, -18, 3),
        disc(16, -18, 3),
        line("M-14 -72H14V-60H-14Z"),
      ],
    ],
  ],
  dining: [
    [
      "right bottom",
      [
        box(-96, -72, 72, 42, 14),
        chair(-78, -82),
        chair(-42, -82),
        chair(-78, -20),
        chair(-42, -20),
        disc(-60, -51, 8),
      ],
    ],
  ],
  bath: [
    ["right bottom", [box(-38, -84, 30, 76, 10), box(-33, -79, 20, 66, 9), disc(-23, -70, 2)]],
    ["left bottom", [box(10, -38, 22, 12, 3), line("M13 -26Q13 -8 21 -8T29 -26")]],
  ],
  store: [
    ["bottom", [box(-40, -24, 80, 16, 2), line("M-14 -24V-8M14 -24V-8M-40 -24L-14 -8M14 -24L40 -8")]],
    ["right bottom", [box(-26, -52, 18, 18, 2), line("M-26 -43H-8M-17 -52V-34")]],
  ],
  hall: [],
  balcony: [
    ["right bottom", [moved(PLANT, -20, -20), moved(PLANT, -44, -20)]],
    ["left bottom", [disc(30, -30, 11), chair(30, -52), chair(52, -30)]],
  ],
  terrace: [
    ["right bottom", [moved(PLANT, -20, -20), moved(PLANT, -20, -44), box(-78, -34, 44, 22, 8), line("M-64 -34V-12")]],
    ["left bottom", [line("M14 -60Q40 -44 66 -60M14 -60V-12M66 -60V-12")]],
  ],
  garden: [
    ["right bottom", [moved(PLANT, -24, -26), disc(-60, -30, 17), disc(-60, -30, 6), moved(PLANT, -24, -58)]],
    ["left bottom", [disc(34, -36, 21), disc(34, -36, 8)]],
  ],
  garage: [["right bottom", [box(-112, -60, 100, 48, 14), box(-88, -54, 46, 36, 8), line("M-36 -54V-18")]]],
  stairs: [
    ["bottom", [box(-34, -70, 68, 62, 2), line("M-34 -56H34M-34 -42H34M-34 -28H34M0 -12V-62M-6 -54L0 -62L6 -54")]],
  ],
  room: [
    ["right bottom", [box(-66, -44, 52, 30, 6)]],
    ["left bottom", [moved(PLANT, 22, -22)]],
  ],
};

/** The furniture of a room of a plan, as an SVG group; nothing where there is no room for it. */
export function furnished({ kind, w, h }) {
  const scale = Math.min(1.2, Math.min(w / 165, h / 150));
  const group = svg("g", { class: "furniture" });
  if (scale < 0.5) return group;
  for (const [place, shapes] of PIECES[kind]) {
    const x = place.includes("right") ? w : place.includes("left") ? 0 : w / 2;
    const y = place.includes("bottom") ? h : h / 2;
    group.append(svg("g", { transform: `translate(${x} ${y}) scale(${scale})` }, shapes.map(drawn)));
  }
  return group;
}

function drawn([tag, attributes, children = []]) {
  return svg(tag, attributes, children.map(drawn));
}
