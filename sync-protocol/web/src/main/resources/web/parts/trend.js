import { LitElement, html, nothing } from "lit";
import uPlot from "uplot";
import { ProblemError, get, list } from "/assets/parts/api.js";
import { durationText, millis, quantity, reasonText, timeText, unitText, valueText } from "/assets/parts/format.js";
import { reading } from "/assets/parts/value.js";

const RANGES = [
  { text: "5 min", ms: 5 * 60_000 },
  { text: "1 h", ms: 3_600_000 },
  { text: "8 h", ms: 8 * 3_600_000 },
  { text: "24 h", ms: 24 * 3_600_000 },
  { text: "7 d", ms: 7 * 86_400_000 },
];

/** Up to this range samples are drawn as they are; beyond, as roll-ups. */
const RAW_UP_TO_MS = 15 * 60_000;
const RAW_LIMIT = 10_000;
const ROLL_UP_STEPS = 480;
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const REFRESH_MS = 5_000;
const HEIGHT_PX = 300;

/** The step that gives some hundreds of points. */
export function stepFor(rangeMs) {
  const wanted = rangeMs / 1000 / ROLL_UP_STEPS;
  return STEPS_S.find((s) => s >= wanted) ?? 3600;
}

const number = (value) =>
  typeof value === "boolean" ? Number(value) : typeof value === "number" ? value : null;

/** A gap in which the value is known to have held: polled, and within the deadband. */
const isFlat = (gap) => gap.reason === "flat";

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

/** One tag over time, with every gap shown and explained. */
export class Trend extends LitElement {
  static properties = {
    item: { attribute: false },
    now: { attribute: false },
    rollUps: { type: Boolean },
    rangeMs: { state: true },
    gaps: { state: true },
    error: { state: true },
    stepS: { state: true },
    count: { state: true },
  };

  #plot = null;
  #samples = [];
  #loading = false;
  #again = false;
  #timer = null;
  #watch = null;
  #shownFor = "";
  #onTheme = () => this.#rebuild();

  constructor() {
    super();
    this.item = null;
    this.now = Date.now();
    this.rangeMs = RANGES[0].ms;
    this.gaps = [];
    this.error = null;
    this.stepS = 0;
    this.count = 0;
    this.rollUps = false;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => document.hidden || this.load(), REFRESH_MS);
    addEventListener("themechange", this.#onTheme);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.#onTheme);
    this.#watch = new ResizeObserver(() => this.#fit());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    removeEventListener("themechange", this.#onTheme);
    matchMedia("(prefers-color-scheme: dark)").removeEventListener("change", this.#onTheme);
    this.#watch?.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  updated(changed) {
    const tag = this.item ? `${this.item.gateway}/${this.item.tag}` : "";
    if (changed.has("rangeMs") || (changed.has("item") && tag !== this.#shownFor)) {
      this.#shownFor = tag;
      this.#rebuild();
      this.load();
    }
  }

  /** Reads history and gaps anew; at most one reading at a time. */
  async load() {
    if (!this.item) {
      return;
    }
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#loading = true;
    try {
      await this.#read(this.item, this.rangeMs);
      this.error = null;
    } catch (e) {
      this.error = e instanceof ProblemError ? e.text : String(e);
    } finally {
      this.#loading = false;
      if (this.#again) {
        this.#again = false;
        this.load();
      }
    }
  }

  async #read(item, rangeMs) {
    const to = Date.now();
    const from = to - rangeMs;
    const query = {
      gateway: item.gateway,
      tag: item.tag,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
    };
    const raw = rangeMs <= RAW_UP_TO_MS && !this.rollUps;
    const stepS = raw ? 0 : stepFor(rangeMs);
    const [rows, gaps] = await Promise.all([
      raw
        ? list("/api/v1/history", { ...query, limit: RAW_LIMIT }, RAW_LIMIT)
        : list("/api/v1/history", { ...query, step: `${stepS}s`, functions: "min,max,avg,count" }, RAW_LIMIT),
      get("/api/v1/gaps", query).then((page) => page.items),
    ]);
    if (item.tag !== this.item.tag || item.gateway !== this.item.gateway || rangeMs !== this.rangeMs) {
      return; // Something else was chosen meanwhile.
    }
    this.gaps = gaps;
    this.count = raw ? rows.length : rows.reduce((sum, r) => sum + Number(r.count ?? 0), 0);
    if (stepS !== this.stepS) {
      this.stepS = stepS;
      this.#rebuild();
    }
    this.#samples = rows;
    this.#draw(from, to);
  }

  #draw(from, to) {
    const data = this.stepS
      ? pointsOfRollUps(this.#samples, this.gaps, this.stepS)
      : pointsOfSamples(this.#samples, this.gaps, to);
    this.#make();
    this.#plot?.setData(data, false);
    this.#plot?.setScale("x", { min: from / 1000, max: to / 1000 });
  }

  #rebuild() {
    this.#plot?.destroy();
    this.#plot = null;
    if (this.#samples.length && this.isConnected) {
      const to = Date.now();
      this.#draw(to - this.rangeMs, to);
    }
  }

  #fit() {
    const box = this.querySelector(".plot");
    if (this.#plot && box && box.clientWidth > 0) {
      this.#plot.setSize({ width: box.clientWidth, height: HEIGHT_PX });
    }
  }

  #make() {
    const box = this.querySelector(".plot");
    if (this.#plot || !box || box.clientWidth === 0) {
      return;
    }
    this.#watch.observe(box);
    const style = getComputedStyle(this);
    const colour = (name) => style.getPropertyValue(name).trim();
    const font = `12px ${style.fontFamily}`;
    const axis = {
      stroke: colour("--muted"),
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { stroke: colour("--grid"), width: 1, size: 5 },
      font,
    };
    const boolean = typeof this.item?.value === "boolean" || typeof this.item?.lastGoodValue === "boolean";
    const line = { stroke: colour("--trend"), width: 1.6, points: { show: false }, spanGaps: false, gaps: clearOfEdges };
    const value = (u, v) => (v === null ? "—" : boolean ? (v ? "on" : "off") : quantity(v, this.item.unit));
    const series = this.stepS
      ? [
          {},
          { label: "min", stroke: colour("--band-edge"), width: 0.5, points: { show: false }, value },
          { label: "max", stroke: colour("--band-edge"), width: 0.5, points: { show: false }, value },
          { ...line, label: "avg", value },
        ]
      : [{}, { ...line, label: "value", paths: uPlot.paths.stepped({ align: 1 }), value }];
    const range = boolean
      ? [-0.15, 1.15]
      : (u, min, max) => {
          const pad = Math.max((max - min) * 0.08, Math.abs(max) * 1e-3, 1e-6);
          return min === null ? [0, 1] : [min - pad, max + pad];
        };
    this.#plot = new uPlot(
      {
        width: box.clientWidth,
        height: HEIGHT_PX,
        legend: { show: true, live: true },
        cursor: { drag: { x: false, y: false }, points: { size: 6 } },
        scales: { x: { time: true }, y: { range } },
        axes: [
          { ...axis, size: 36, values: timeAxis },
          { ...axis, size: 64, values: (u, ticks) => ticks.map((t) => axisText(t, boolean)) },
        ],
        series,
        bands: this.stepS ? [{ series: [2, 1], fill: colour("--band") }] : [],
        hooks: {
          drawClear: [(u) => this.#shadeGaps(u, colour)],
          draw: [(u) => this.#labelGaps(u, colour, font)],
        },
      },
      this.stepS ? [[], [], [], []] : [[], []],
      box,
    );
  }

  /** The gaps that show and are no flat stretches, with their places on the canvas. */
  #visibleGaps(u) {
    const { left, width } = u.bbox;
    return this.gaps
      .filter((g) => !isFlat(g))
      .map((g) => {
        const from = Math.max(left, u.valToPos(millis(g.from) / 1000, "x", true));
        const to = Math.min(left + width, u.valToPos(millis(g.to) / 1000, "x", true));
        return { text: reasonText(g.reason), from, width: Math.max(2 * devicePixelRatio, to - from), to };
      })
      .filter((g) => g.to >= left && g.from <= left + width);
  }

  /** Hatches what is not known. */
  #shadeGaps(u, colour) {
    const { ctx, bbox } = u;
    for (const gap of this.#visibleGaps(u)) {
      ctx.save();
      ctx.beginPath();
      ctx.rect(gap.from, bbox.top, gap.width, bbox.height);
      ctx.clip();
      ctx.fillStyle = colour("--gap");
      ctx.fillRect(gap.from, bbox.top, gap.width, bbox.height);
      ctx.strokeStyle = colour("--gap-line");
      ctx.lineWidth = devicePixelRatio;
      for (let x = gap.from - bbox.height; x < gap.from + gap.width; x += 9 * devicePixelRatio) {
        ctx.beginPath();
        ctx.moveTo(x, bbox.top + bbox.height);
        ctx.lineTo(x + bbox.height, bbox.top);
        ctx.stroke();
      }
      ctx.restore();
    }
  }

  /** Writes the reason into each gap that is wide enough. */
  #labelGaps(u, colour, font) {
    const { ctx, bbox } = u;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.font = font.replace("12px", `${12 * ratio}px`);
    ctx.textAlign = "center";
    for (const gap of this.#visibleGaps(u)) {
      const half = ctx.measureText(gap.text).width / 2 + 5 * ratio;
      if (2 * half < gap.width) {
        const middle = gap.from + gap.width / 2;
        ctx.fillStyle = colour("--raised");
        ctx.fillRect(middle - half, bbox.top + 3 * ratio, 2 * half, 18 * ratio);
        ctx.fillStyle = colour("--text");
        ctx.fillText(gap.text, middle, bbox.top + 16 * ratio);
      }
    }
    ctx.restore();
  }

  render() {
    if (!this.item) {
      return html`<p class="empty">Choose a tag to see its trend.</p>`;
    }
    const known = this.gaps.filter((g) => !isFlat(g));
    const flat = this.gaps.length - known.length;
    return html`
      <div class="toolbar trend-head">
        <h2 data-testid="trend-title">
          ${this.item.tag}${this.item.unit ? html` <span class="muted">${unitText(this.item.unit)}</span>` : nothing}
        </h2>
        <span data-testid="trend-value">${reading(this.item, this.now)}</span>
        <span class="spring"></span>
        <div class="tabs" role="group" aria-label="Range">
          ${RANGES.map(
            (r) =>
              html`<button
                type="button"
                aria-pressed=${this.rangeMs === r.ms}
                @click=${() => (this.rangeMs = r.ms)}
              >
                ${r.text}
              </button>`,
          )}
        </div>
      </div>
      <div class="plot" role="img" aria-label="Trend of ${this.item.tag}" data-testid="trend" data-points=${this.count}></div>
      ${this.error ? html`<p class="problem" role="alert">${this.error}</p>` : nothing}
      <p class="muted trend-note">
        ${this.count} samples${this.stepS
          ? `, drawn as average with the band from least to most of each ${durationText(this.stepS * 1000)}`
          : ""}${flat ? `; flat ${flat === 1 ? "once" : `${flat} times`}: read, and within the deadband` : ""}
      </p>
      ${known.length
        ? html`<table class="gaps" data-testid="gaps">
            <caption>
              Gaps in this range
            </caption>
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col">For</th>
                <th scope="col">Reason</th>
                <th scope="col">Detail</th>
              </tr>
            </thead>
            <tbody>
              ${known
                .toSorted((a, b) => millis(b.from) - millis(a.from))
                .slice(0, 50)
                .map(
                  (g) =>
                    html`<tr data-testid="gap" data-reason=${g.reason}>
                      <td class="time">${timeText(g.from, this.now)}</td>
                      <td>${durationText(millis(g.to) - millis(g.from))}</td>
                      <td>${reasonText(g.reason)}</td>
                      <td class="wrap">${g.detail ?? ""}</td>
                    </tr>`,
                )}
            </tbody>
          </table>`
        : html`<p class="muted trend-note" data-testid="no-gaps">No gaps in this range.</p>`}
    `;
  }
}

/** Widens a break by a line's width, so that no rising edge shows where the values come back. */
const clearOfEdges = (u, series, from, to, breaks) =>
  breaks.map(([start, end]) => [start, end + 2 * devicePixelRatio]);

function axisText(tick, boolean) {
  if (boolean) {
    return tick === 0 ? "off" : tick === 1 ? "on" : "";
  }
  return tick === 0 || (Math.abs(tick) >= 1e-3 && Math.abs(tick) < 1e7)
    ? String(Number(tick.toPrecision(6)))
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

customElements.define("drme-trend", Trend);
