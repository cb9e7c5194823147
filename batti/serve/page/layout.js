// A floor plan for any home: floors from its groups, rooms as rectangles that fill them, doors and windows.
// Everything is in CSS pixels, so that letters and walls have one size on every screen.

import { isOutdoors, kindOf, sizeOf } from "./kinds.js";

const DOOR = 34; // width, and the wall that two rooms must share for one
const SLIMMEST = 64; // room that still has space for its name
const UPSTAIRS = /up|mathi|mathillo|first|second|third|माथि|दोस्रो|तेस्रो/i;

/** The floors of a home, the upper ones first: each group with the rooms that no earlier one has, then the rest. */
export function floorsOf(home) {
  const left = new Set(home.rooms.map((room) => room.name));
  const made = [];
  for (const group of home.groups ?? []) {
    const names = group.rooms.filter((name) => left.delete(name));
    if (names.length) made.push({ group, names });
  }
  if (left.size) made.push({ group: null, names: [...left] });
  const high = ({ group }) => group !== null && UPSTAIRS.test([group.name, ...(group.aliases ?? [])].join(" "));
  made.sort((one, other) => high(other) - high(one));
  const rooms = new Map(home.rooms.map((room) => [room.name, room]));
  return made.map(({ group, names }) => ({ group, rooms: names.map((name) => rooms.get(name)) }));
}

/** Square pixels for a room of size 1, by which the floors fill a box, and letters still fit on a phone. */
export function unitOf(floors, { width, height }) {
  const weight = floors.reduce((sum, floor) => sum + total(cellsOf(floor)), 0);
  return Math.min(42000, Math.max(15500, (width * height) / weight));
}

/** The plan of a floor as wide as the box at most: its size, rooms, doors and windows. */
export function planOf(floor, box, unit) {
  const cells = cellsOf(floor);
  const area = Math.max(total(cells) * unit, cells.length === 1 ? 70000 : 110000);
  const shape = Math.min(2.2, Math.max(1.45, box.width / box.height));
  const width = Math.min(box.width, Math.round(Math.sqrt(area * shape)));
  const height = Math.round(area / width);
  const rooms = arranged(cells, { x: 0, y: 0, w: width, h: height });
  return { width, height, rooms, doors: doorsOf(rooms), windows: windowsOf(rooms, width, height) };
}

function cellsOf(floor) {
  return floor.rooms.map((room) => {
    const kind = kindOf(room);
    return { room, kind, outdoors: isOutdoors(kind), weight: sizeOf(kind) + 0.12 * (room.lights?.length ?? 0) };
  });
}

function arranged(cells, box) {
  const outside = cells.filter((cell) => cell.outdoors);
  const inside = cells.filter((cell) => !cell.outdoors);
  if (!outside.length || !inside.length) return inside.length ? indoors(inside, box) : squarified(outside, box);
  const upright = box.w > box.h;
  const share = Math.max(total(outside) / total(cells), SLIMMEST / (upright ? box.w : box.h));
  const [strip, rest] = cut(box, share, upright ? "right" : "bottom");
  const fits = Math.max(strip.w, strip.h) / outside.length > SLIMMEST;
  return [...indoors(inside, rest), ...(fits ? rows(outside, strip, strip.h > strip.w) : squarified(outside, strip))];
}

/** With a hall among a few rooms, these stand along both its sides; else they share the floor as squares do. */
function indoors(cells, box) {
  const hall = cells.find((cell) => cell.kind === "hall");
  const others = cells.filter((cell) => cell !== hall);
  const upright = box.h > box.w;
  const length = upright ? box.h : box.w;
  if (!hall || others.length < 2 || (others.length / 2) * 88 > length) return squarified(cells, box);
  const sides = halves(others);
  const deep = upright ? box.w : box.h;
  const band = Math.min(deep * 0.3, Math.max(50, (deep * hall.weight) / total(cells)));
  const [first, rest] = cut(box, ((deep - band) / deep) * (total(sides[0]) / total(others)), upright ? "left" : "top");
  const [middle, last] = cut(rest, band / (upright ? rest.w : rest.h), upright ? "left" : "top");
  return [...rows(sides[0], first, upright), { ...hall, ...middle }, ...rows(sides[1], last, upright)];
}

/** Two halves of nearly equal weight, each in the order of the home. */
function halves(cells) {
  const sides = [[], []];
  for (const cell of [...cells].sort((one, other) => other.weight - one.weight)) {
    sides[total(sides[0]) <= total(sides[1]) ? 0 : 1].push(cell);
  }
  return sides.map((side) => cells.filter((cell) => side.includes(cell)));
}

/** Rooms one after the other, downwards or to the right. */
function rows(cells, box, down) {
  let done = 0;
  const all = total(cells);
  return cells.map((cell) => {
    const [from, to] = [done / all, (done += cell.weight) / all];
    if (down) return { ...cell, x: box.x, w: box.w, y: box.y + from * box.h, h: (to - from) * box.h };
    return { ...cell, y: box.y, h: box.h, x: box.x + from * box.w, w: (to - from) * box.w };
  });
}

/** A squarified treemap (Bruls, Huizing and van Wijk 2000): rows are closed before their rooms get slimmer. */
function squarified(cells, box) {
  const sorted = [...cells].sort((one, other) => other.weight - one.weight);
  const made = [];
  let left = box;
  while (sorted.length) {
    const scale = (left.w * left.h) / total(sorted);
    const short = Math.min(left.w, left.h);
    let count = 1;
    while (
      count < sorted.length &&
      slimmest(sorted.slice(0, count + 1), short, scale) <= slimmest(sorted.slice(0, count), short, scale)
    )
      count += 1;
    const down = left.w > left.h;
    const [strip, rest] = cut(left, total(sorted.slice(0, count)) / total(sorted), down ? "left" : "top");
    made.push(...rows(sorted.splice(0, count), strip, down));
    left = rest;
  }
  return made;
}

function slimmest(cells, short, scale) {
  const depth = (total(cells) * scale) / short;
  return Math.max(
    ...cells.map(({ weight }) => {
      const long = (weight * scale) / depth;
      return Math.max(long / depth, depth / long);
    }),
  );
}

/** A share of a box at one of its sides, and the rest. */
function cut(box, share, side) {
  const along = side === "top" || side === "bottom";
  const size = (along ? box.h : box.w) * share;
  const one = along ? { ...box, h: size } : { ...box, w: size };
  const rest = along ? { ...box, h: box.h - size } : { ...box, w: box.w - size };
  const [late, x, y] = side === "top" || side === "left" ? [rest, size, size] : [one, rest.w, rest.h];
  if (along) late.y = box.y + y;
  else late.x = box.x + x;
  return [one, rest];
}

/** Doors by which every room is reached from the hall, or from the largest room. */
function doorsOf(rooms) {
  const reached = new Set([rooms.find((room) => room.kind === "hall") ?? largest(rooms)]);
  const queue = [...reached];
  const doors = [];
  while (queue.length) {
    const from = queue.shift();
    for (const to of rooms.filter((room) => !reached.has(room))) {
      const wall = shared(from, to);
      if (!wall) continue;
      reached.add(to);
      queue.push(to);
      doors.push({ ...wall, from: from.room.name, to: to.room.name });
    }
  }
  return doors;
}

/** A door in the wall between two rooms: its start, its direction, and where the second room lies (1 or -1). */
function shared(one, other) {
  const near = (a, b) => Math.abs(a - b) < 0.5;
  for (const [x, y, w, h] of [
    ["x", "y", "w", "h"],
    ["y", "x", "h", "w"],
  ]) {
    const after = near(one[x] + one[w], other[x]);
    if (!after && !near(other[x] + other[w], one[x])) continue;
    const from = Math.max(one[y], other[y]);
    const to = Math.min(one[y] + one[h], other[y] + other[h]);
    if (to - from < DOOR + 14) continue;
    const start = to - DOOR - Math.min(14, (to - from - DOOR) / 2); // away from names, which stand at the other end
    const wall = after ? other[x] : one[x];
    const [startX, startY] = x === "x" ? [wall, start] : [start, wall];
    return { x: startX, y: startY, upright: x === "x", size: DOOR, side: after ? 1 : -1 };
  }
  return null;
}

/** A window in each outer wall of a room that is long enough. */
function windowsOf(rooms, width, height) {
  const found = [];
  for (const { room, outdoors, x, y, w, h } of rooms) {
    if (outdoors) continue;
    const sides = [
      [y < 1, x, y, w, false],
      [y + h > height - 1, x, y + h, w, false],
      [x < 1, x, y, h, true],
      [x + w > width - 1, x + w, y, h, true],
    ];
    for (const [outer, fromX, fromY, length, upright] of sides) {
      if (!outer || length < 70) continue;
      const size = Math.min(76, length * 0.42);
      const start = (length - size) / 2;
      found.push({
        room: room.name,
        upright,
        size,
        x: upright ? fromX : fromX + start,
        y: upright ? fromY + start : fromY,
      });
    }
  }
  return found;
}

const total = (cells) => cells.reduce((sum, cell) => sum + cell.weight, 0);
const largest = (rooms) => rooms.reduce((one, other) => (other.w * other.h > one.w * one.h ? other : one));
