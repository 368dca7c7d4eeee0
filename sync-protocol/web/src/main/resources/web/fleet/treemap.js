// Where the cells of a treemap go. Pure functions.

/**
 * Rectangles whose areas are as the sizes and that are as square as can be (Bruls, Huizing, van Wijk).
 *
 * @param sizes positive numbers, the largest first
 * @param box {x, y, w, h}
 * @returns {x, y, w, h} of each, in order
 */
export function squarified(sizes, box) {
  const total = sizes.reduce((sum, s) => sum + s, 0);
  const scale = total > 0 ? (box.w * box.h) / total : 0;
  const areas = sizes.map((s) => s * scale);
  const rects = [];
  let free = { ...box };
  let at = 0;
  while (at < areas.length) {
    const side = Math.min(free.w, free.h);
    let end = at + 1;
    while (end < areas.length && worst(areas, at, end + 1, side) <= worst(areas, at, end, side)) {
      end++;
    }
    free = laid(areas.slice(at, end), free, rects);
    at = end;
  }
  return rects;
}

/** How far from square the worst of a row is. */
function worst(areas, from, to, side) {
  const row = areas.slice(from, to);
  const sum = row.reduce((s, a) => s + a, 0);
  const [most, least] = [Math.max(...row), Math.min(...row)];
  return Math.max((side * side * most) / (sum * sum), (sum * sum) / (side * side * least));
}

/** Lays a row along the shorter side, and gives what is left of the box. */
function laid(row, box, into) {
  const sum = row.reduce((s, a) => s + a, 0);
  const upright = box.w >= box.h;
  const depth = sum / (upright ? box.h : box.w || 1);
  let along = upright ? box.y : box.x;
  for (const area of row) {
    const length = depth > 0 ? area / depth : 0;
    into.push(upright ? { x: box.x, y: along, w: depth, h: length } : { x: along, y: box.y, w: length, h: depth });
    along += length;
  }
  return upright
    ? { x: box.x + depth, y: box.y, w: Math.max(0, box.w - depth), h: box.h }
    : { x: box.x, y: box.y + depth, w: box.w, h: Math.max(0, box.h - depth) };
}

/** The index of the rectangle that comes next from one in a direction: "ArrowLeft" and so on; itself where none does. */
export function neighbour(rects, from, key) {
  const middle = (r) => ({ x: r.x + r.w / 2, y: r.y + r.h / 2 });
  const here = middle(rects[from]);
  let best = from;
  let least = Infinity;
  rects.forEach((r, i) => {
    const there = middle(r);
    const [dx, dy] = [there.x - here.x, there.y - here.y];
    const ahead = { ArrowLeft: -dx, ArrowRight: dx, ArrowUp: -dy, ArrowDown: dy }[key];
    const aside = key === "ArrowLeft" || key === "ArrowRight" ? Math.abs(dy) : Math.abs(dx);
    if (i !== from && r.w > 0 && r.h > 0 && ahead > 0.5 && ahead + 2 * aside < least) {
      best = i;
      least = ahead + 2 * aside;
    }
  });
  return best;
}
