// Which room lies where an arrow key points.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The nearest of some elements in the direction of an arrow key, seen from one of them; null for no such. */
export function neighbour(from, elements, key) {
  const arrow = ARROWS[key];
  if (!arrow) return null;
  const [startX, startY] = middle(from);
  let best = null;
  for (const element of elements) {
    const [x, y] = middle(element);
    const ahead = (x - startX) * arrow[0] + (y - startY) * arrow[1];
    const aside = Math.abs((x - startX) * arrow[1]) + Math.abs((y - startY) * arrow[0]);
    if (ahead > 4 && (!best || ahead + 2 * aside < best.far)) best = { far: ahead + 2 * aside, element };
  }
  return best?.element ?? null;
}

function middle(room) {
  const { x, y, width, height } = room.querySelector(".ground").getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}
