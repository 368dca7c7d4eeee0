// Draws tags over time with uPlot: lines that can be told apart without colour, gaps hatched, marks, a cursor.
import uPlot from "uplot";
import { decimal } from "/assets/parts/text.js";
import { millis, quantity, reasonText, valueText } from "/assets/parts/format.js";

/** More lines over one another nobody reads. */
export const MOST_TAGS = 6;
const HEIGHT_PX = 320;

/** With the colours of --series-1 and on: dashes tell the lines apart where colours don't. */
const DASHES = [[], [8, 4], [2, 4], [12, 4, 2, 4], [4, 4], [16, 6]];

const number = (value) =>
  typeof value === "boolean" ? Number(value) : typeof value === "number" ? value : null;

/** A gap in which the value is known to have held: polled, and within the deadband. */
export const isFlat = (gap) => gap.reason === "flat";

/**
 * The points of samples. A bad one breaks the line, and so does a gap that is more than a flat
 * stretch; nothing is drawn where nothing is known.
 */
export function pointsOfSamples(samples, gaps, untilMs) {
  const marks = samples
    .map((s) => ({ t: millis(s.sourceTime), v: s.quality === "bad" ? null : number(s.value) }))
    .concat(gaps.filter((g) => !isFlat(g)).map((g) => ({ t: millis(g.from), v: null, gap: true })))
    .sort((a, b) => a.t - b.t || (a.gap ? 1 : 0) - (b.gap ? 1 : 0));
  const last = marks.at(-1);
  if (last && last.v !== null && last.t < untilMs) {
    marks.push({ t: untilMs, v: last.v }); // It holds until something else is heard.
  }
  return [marks.map((m) => m.t / 1000), marks.map((m) => m.v)];
}

/** The points of roll-ups; a step without samples breaks the line unless the value held. */
export function pointsOfRollUps(rows, gaps, stepS) {
  const times = [];
  const columns = { min: [], max: [], avg: [] };
  const add = (t, row) => {
    times.push(t);
    for (const [name, column] of Object.entries(columns)) {
      column.push(row ? number(row[name]) : null);
    }
  };
  const breaks = gaps.filter((g) => !isFlat(g)).map((g) => millis(g.from) / 1000);
  let before = null;
  for (const row of rows) {
    const t = millis(row.time) / 1000;
    if (before !== null && t - before > 1.5 * stepS && breaks.some((b) => b >= before && b <= t)) {
      add(before + stepS, null);
    }
    add(t, row);
    before = t;
  }
  return [times, columns.min, columns.max, columns.avg];
}

/** Widens a break by a line's width, so that no rising edge shows where the values come back. */
const clearOfEdges = (u, series, from, to, breaks) =>
  breaks.map(([start, end]) => [start, end + 2 * devicePixelRatio]);

function axisText(tick, boolean) {
  if (boolean) {
    return tick === 0 || tick === 1 ? valueText(tick === 1) : "";
  }
  return tick === 0 || (Math.abs(tick) >= 1e-3 && Math.abs(tick) < 1e7)
    ? decimal(String(Number(tick.toPrecision(6))))
    : valueText(tick);
}

/** 24-hour times, whatever the browser's language; the date where it changes. */
function timeAxis(u, ticks) {
  let day = "";
  const pad = (n) => String(n).padStart(2, "0");
  return ticks.map((t) => {
    const d = new Date(t * 1000);
    const date = `${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
    const seconds = d.getSeconds() ? `:${pad(d.getSeconds())}` : "";
    const clock = `${pad(d.getHours())}:${pad(d.getMinutes())}${seconds}`;
    const text = day && day !== date ? `${clock}\n${date}` : clock;
    day = date;
    return text;
  });
}


const isBoolean = (item) => typeof item?.value === "boolean" || typeof item?.lastGoodValue === "boolean";

/** A tag's points: times in seconds and one or three columns. */
export const pointsOf = (line, untilMs) =>
  line.stepS ? pointsOfRollUps(line.rows, line.gaps, line.stepS) : pointsOfSamples(line.rows, line.gaps, untilMs);

/**
 * One plot in an element.
 *
 * A line is {item, rows, gaps, stepS, points}; all of a plot have the same step. A mark is {t, text}
 * in milliseconds.
 */
export class Chart {
  #box;
  #plot = null;
  #lines = [];
  #marks = [];
  #told;

  /** @param told {cursor(ms or null), chosen(fromMs, toMs)} */
  constructor(box, told) {
    this.#box = box;
    this.#told = told;
  }

  destroy() {
    this.#plot?.destroy();
    this.#plot = null;
  }

  fit() {
    if (this.#plot && this.#box.clientWidth > 0) {
      this.#plot.setSize({ width: this.#box.clientWidth, height: HEIGHT_PX });
    }
  }

  /** Draws anew; where only the values changed the plot stays, and with it the cursor. */
  draw(lines, marks, from, to) {
    const shape = (ls) => ls.map((l) => `${l.item.gateway}/${l.item.tag}/${l.stepS}/${isBoolean(l.item)}`).join();
    if (shape(lines) !== shape(this.#lines)) {
      this.destroy();
    }
    this.#lines = lines;
    this.#marks = marks;
    if (!this.#plot && lines.length > 0 && this.#box.clientWidth > 0) {
      this.#make();
    }
    if (this.#plot) {
      const tables = lines.map((l) => l.points);
      this.#plot.setData(tables.length === 1 ? tables[0] : uPlot.join(tables), false);
      this.#plot.setScale("x", { min: from / 1000, max: to / 1000 });
    }
  }

  /** Moves the cursor by so many parts of a hundred of the width. */
  moveCursor(percent) {
    const u = this.#plot;
    if (u) {
      const { width, height } = u.over.getBoundingClientRect();
      const left = u.cursor.left >= 0 ? u.cursor.left : width;
      u.setCursor({ left: Math.min(width, Math.max(0, left + (width * percent) / 100)), top: height / 2 });
    }
  }

  clearCursor() {
    this.#plot?.setCursor({ left: -10, top: -10 });
  }

  #make() {
    const style = getComputedStyle(this.#box);
    const colour = (name) => style.getPropertyValue(name).trim();
    const font = `12px ${style.fontFamily}`;
    const axis = {
      stroke: colour("--muted"),
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { stroke: colour("--grid"), width: 1, size: 5 },
      font,
    };
    const units = [...new Set(this.#lines.map((l) => this.#scaleOf(l)))];
    const scales = Object.fromEntries(units.map((u) => [u, { range: u === "boolean" ? [-0.15, 1.15] : padded }]));
    const axes = units.slice(0, 2).map((unit, i) => ({
      ...axis,
      scale: unit,
      side: i === 0 ? 3 : 1,
      size: 64,
      grid: { ...axis.grid, show: i === 0 },
      values: (u, ticks) => ticks.map((t) => axisText(t, unit === "boolean")),
    }));
    const single = this.#lines.length === 1;
    const series = this.#lines.flatMap((l, i) => this.#seriesOf(l, i, colour, single));
    const bands = this.#lines.flatMap((l, i) =>
      l.stepS ? [{ series: [3 * i + 2, 3 * i + 1], fill: single ? colour("--band") : `${colour(`--series-${i + 1}`)}1c` }] : [],
    );
    this.#plot = new uPlot(
      {
        width: this.#box.clientWidth,
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
        scales: { x: { time: true }, ...scales },
        axes: [{ ...axis, size: 36, space: 80, values: timeAxis }, ...axes],
        series: [{}, ...series],
        bands,
        hooks: {
          drawClear: [(u) => this.#shadeGaps(u, colour)],
          draw: [(u) => this.#drawMarks(u, colour, font)],
          setCursor: [(u) => this.#told.cursor(u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") * 1000 : null)],
          setSelect: [(u) => this.#select(u)],
        },
      },
      [[], ...series.map(() => [])],
      this.#box,
    );
  }

  /** Tags of one unit share a scale. */
  #scaleOf(line) {
    return isBoolean(line.item) ? "boolean" : line.item.unit || "1";
  }

  #seriesOf(line, i, colour, single) {
    const scale = this.#scaleOf(line);
    const stroke = single ? colour("--trend") : colour(`--series-${i + 1}`);
    const main = { stroke, scale, dash: single ? [] : DASHES[i], width: 1.8, points: { show: false }, spanGaps: false, gaps: clearOfEdges };
    const edge = { stroke: single ? colour("--band-edge") : `${stroke}40`, scale, width: 0.5, points: { show: false } };
    return line.stepS ? [edge, { ...edge }, main] : [{ ...main, paths: uPlot.paths.stepped({ align: 1 }) }];
  }

  #select(u) {
    const { left, width } = u.select;
    if (width > 8) {
      this.#told.chosen(u.posToVal(left, "x") * 1000, u.posToVal(left + width, "x") * 1000);
      u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    }
  }

  /** The gaps that show and are no flat stretches, with their places on the canvas; a lane a tag. */
  #visibleGaps(u) {
    const { left, top, width, height } = u.bbox;
    const lane = this.#lines.length === 1 ? height : Math.min(18 * devicePixelRatio, height / this.#lines.length);
    return this.#lines.flatMap((line, i) =>
      line.gaps
        .filter((g) => !isFlat(g))
        .map((g) => {
          const from = Math.max(left, u.valToPos(millis(g.from) / 1000, "x", true));
          const to = Math.min(left + width, u.valToPos(millis(g.to) / 1000, "x", true));
          return { text: reasonText(g.reason), from, width: Math.max(2 * devicePixelRatio, to - from), to, top: top + i * lane, height: lane };
        })
        .filter((g) => g.to >= left && g.from <= left + width),
    );
  }

  /** Hatches what is not known. */
  #shadeGaps(u, colour) {
    const { ctx } = u;
    for (const gap of this.#visibleGaps(u)) {
      ctx.save();
      ctx.beginPath();
      ctx.rect(gap.from, gap.top, gap.width, gap.height);
      ctx.clip();
      ctx.fillStyle = colour("--gap");
      ctx.fillRect(gap.from, gap.top, gap.width, gap.height);
      ctx.strokeStyle = colour("--gap-line");
      ctx.lineWidth = devicePixelRatio;
      for (let x = gap.from - gap.height; x < gap.from + gap.width; x += 9 * devicePixelRatio) {
        ctx.beginPath();
        ctx.moveTo(x, gap.top + gap.height);
        ctx.lineTo(x + gap.height, gap.top);
        ctx.stroke();
      }
      ctx.restore();
    }
  }

  /** Writes the reason into each gap that is wide enough, and draws the marks. */
  #drawMarks(u, colour, font) {
    const { ctx, bbox } = u;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.font = font.replace("12px", `${12 * ratio}px`);
    ctx.textAlign = "center";
    const write = (text, middle, top) => {
      const half = ctx.measureText(text).width / 2 + 5 * ratio;
      const at = Math.min(bbox.left + bbox.width - half, Math.max(bbox.left + half, middle));
      ctx.fillStyle = colour("--raised");
      ctx.fillRect(at - half, top, 2 * half, 18 * ratio);
      ctx.fillStyle = colour("--text");
      ctx.fillText(text, at, top + 13 * ratio);
    };
    for (const gap of this.#visibleGaps(u)) {
      if (ctx.measureText(gap.text).width + 10 * ratio < gap.width) {
        write(gap.text, gap.from + gap.width / 2, gap.top + (this.#lines.length === 1 ? 3 * ratio : 0));
      }
    }
    this.#marks.forEach((mark, i) => {
      const x = u.valToPos(mark.t / 1000, "x", true);
      if (x >= bbox.left && x <= bbox.left + bbox.width) {
        ctx.strokeStyle = colour("--text");
        ctx.lineWidth = 1.5 * ratio;
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        write(mark.text, x, bbox.top + bbox.height - (22 + 20 * i) * ratio);
      }
    });
    ctx.restore();
  }
}

function padded(u, min, max) {
  const pad = Math.max((max - min) * 0.08, Math.abs(max) * 1e-3, 1e-6);
  return min === null ? [0, 1] : [min - pad, max + pad];
}

/** What a line says at a time, in words: its value, or why there is none. */
export function textAt(line, ms) {
  const seconds = ms / 1000;
  const [times, ...columns] = line.points;
  const gap = line.gaps.find((g) => !isFlat(g) && millis(g.from) <= ms && ms < millis(g.to));
  let at = times.findLastIndex((t) => t <= seconds);
  if (line.stepS && at >= 0 && seconds - times[at] > 2 * line.stepS && gap) {
    at = -1;
  }
  const value = at < 0 ? null : columns.at(-1)[at];
  if (value === null || value === undefined) {
    return { none: true, why: gap ? reasonText(gap.reason) : "" };
  }
  const text = (v) => (isBoolean(line.item) && (v === 0 || v === 1) ? valueText(v === 1) : quantity(v, line.item.unit));
  return line.stepS
    ? { text: text(value), min: text(columns[0][at]), max: text(columns[1][at]) }
    : { text: text(value) };
}
