import { LitElement, html, nothing } from "lit";
import { ProblemError, get, list } from "/assets/parts/api.js";
import { Chart, MOST_TAGS, isFlat, pointsOf, textAt } from "/assets/parts/chart.js";
import { csvText, saveAs } from "/assets/parts/csv.js";
import { durationText, millis, reasonText, timeText, unitText } from "/assets/parts/format.js";
import { t } from "/assets/parts/text.js";
import { reading } from "/assets/parts/value.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** From minutes to days. */
export const RANGES = [
  { text: "5 min", ms: 5 * MINUTE_MS },
  { text: "1 h", ms: HOUR_MS },
  { text: "8 h", ms: 8 * HOUR_MS },
  { text: "24 h", ms: DAY_MS },
  { text: "7 d", ms: 7 * DAY_MS },
  { text: "30 d", ms: 30 * DAY_MS },
];

/** Beyond them, where roll-ups of years are kept. */
export const YEARS = [
  { text: "90 d", ms: 90 * DAY_MS },
  { text: t("trend.years", { n: 1 }), ms: 365 * DAY_MS },
  { text: t("trend.years", { n: 5 }), ms: 5 * 365 * DAY_MS },
];

/** Up to this range samples are drawn as they are; beyond, as roll-ups. */
const RAW_UP_TO_MS = 15 * MINUTE_MS;
const RAW_LIMIT = 10_000;
const ROLL_UP_STEPS = 480;
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800];
const REFRESH_MS = 5_000;
/** A long range costs the gateway a long look, and changes little. */
const REFRESH_LONG_MS = 60_000;
const MOST_GAPS_SHOWN = 50;
const LEAST_RANGE_MS = 2_000;

/** The step that gives some hundreds of points. */
export function stepFor(rangeMs) {
  const wanted = rangeMs / 1000 / ROLL_UP_STEPS;
  return STEPS_S.find((s) => s >= wanted) ?? STEPS_S.at(-1);
}

const nameOf = (item) => `${item.gateway}/${item.tag}`;

/** A tag as the page names it: where there are many gateways, with its own. */
const shownAs = (item, fleet) => (fleet ? nameOf(item) : item.tag);

/**
 * Tags over time, with every gap shown and explained, a cursor that tells values, and an export.
 *
 * `item` or `items` say which tags; `span` ({from, to} in milliseconds) holds a moment fast, otherwise
 * the last `rangeMs` are shown and go on. Tells `span` when a person chose another one. With `fleet`
 * tags are named with their gateways.
 */
export class Trend extends LitElement {
  static properties = {
    item: { attribute: false },
    items: { attribute: false },
    now: { attribute: false },
    marks: { attribute: false },
    span: { attribute: false },
    rangeMs: { attribute: false },
    rollUps: { type: Boolean },
    fleet: { type: Boolean },
    ranges: { attribute: false },
    lines: { state: true },
    error: { state: true },
    cursorMs: { state: true },
  };

  #chart = null;
  #loading = false;
  #again = false;
  #timer = null;
  #loadedAt = 0;
  #watch = null;
  #shownFor = "";
  #limited = false;
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #onTheme = () => this.#rebuild();

  constructor() {
    super();
    this.item = null;
    this.items = null;
    this.now = Date.now();
    this.marks = [];
    this.span = null;
    this.rangeMs = RANGES[0].ms;
    this.lines = [];
    this.error = null;
    this.cursorMs = null;
    this.rollUps = false;
    this.fleet = false;
    this.ranges = RANGES;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS);
    addEventListener("themechange", this.#onTheme);
    this.#dark.addEventListener("change", this.#onTheme);
    this.#watch = new ResizeObserver(() => this.#chart?.fit());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    removeEventListener("themechange", this.#onTheme);
    this.#dark.removeEventListener("change", this.#onTheme);
    this.#watch?.disconnect();
    this.#chart?.destroy();
    this.#chart = null;
  }

  get #wanted() {
    return (this.items ?? (this.item ? [this.item] : [])).slice(0, MOST_TAGS);
  }

  updated(changed) {
    const wanted = [...this.#wanted.map(nameOf), this.span ? `${this.span.from}-${this.span.to}` : this.rangeMs].join();
    if (wanted !== this.#shownFor) {
      this.#shownFor = wanted;
      this.load();
    } else if (changed.has("marks")) {
      this.#draw();
    }
  }

  #refresh() {
    const { from, to } = this.#range;
    const every = to - from > HOUR_MS ? REFRESH_LONG_MS : REFRESH_MS;
    const isPast = this.span && this.span.to < this.#loadedAt;
    if (!document.hidden && !isPast && Date.now() - this.#loadedAt >= every - 500) {
      this.load();
    }
  }

  /** Milliseconds since 1970. */
  get #range() {
    const to = Date.now();
    return this.span ?? { from: to - this.rangeMs, to };
  }

  /** Reads history and gaps anew; at most one reading at a time. */
  async load() {
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#loading = true;
    try {
      await this.#read(this.#shownFor);
      this.error = null;
    } catch (e) {
      this.error = e instanceof ProblemError ? e.text : String(e);
    } finally {
      this.#loadedAt = Date.now();
      this.#loading = false;
      if (this.#again) {
        this.#again = false;
        this.load();
      }
    }
  }

  async #read(asked) {
    const { from, to } = this.#range;
    const raw = to - from <= RAW_UP_TO_MS && !this.rollUps;
    const stepS = raw ? 0 : stepFor(to - from);
    const lines = await Promise.all(this.#wanted.map((item) => this.#line(item, from, to, stepS)));
    if (asked !== this.#shownFor) {
      return; // Something else was chosen meanwhile.
    }
    this.#limited = raw && lines.some((l) => l.rows.length >= RAW_LIMIT);
    this.lines = lines;
    await this.updateComplete;
    this.#draw();
  }

  async #line(item, from, to, stepS) {
    const query = { gateway: item.gateway, tag: item.tag, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const [rows, gaps] = await Promise.all([
      stepS
        ? list("/api/v1/history", { ...query, step: `${stepS}s`, functions: "min,max,avg,count" }, RAW_LIMIT)
        : list("/api/v1/history", { ...query, limit: RAW_LIMIT }, RAW_LIMIT),
      list("/api/v1/gaps", query, RAW_LIMIT),
    ]);
    const line = { item, rows, gaps, stepS };
    return { ...line, points: pointsOf(line, Math.min(to, Date.now())) };
  }

  #draw() {
    const box = this.querySelector(".plot");
    if (!box) {
      return;
    }
    if (!this.#chart) {
      this.#chart = new Chart(box, {
        cursor: (ms) => (this.cursorMs = ms),
        chosen: (from, to) => this.#tellSpan({ from, to: Math.max(to, from + LEAST_RANGE_MS) }),
      });
      this.#watch.observe(box);
    }
    const { from, to } = this.#range;
    this.#chart.draw(this.lines, this.marks, from, to);
  }

  #rebuild() {
    this.#chart?.destroy();
    this.#chart = null;
    if (this.isConnected) {
      this.#draw();
    }
  }

  #tellSpan(span) {
    this.span = span;
    this.dispatchEvent(new CustomEvent("span", { detail: { span, rangeMs: this.rangeMs } }));
  }

  #choose(rangeMs) {
    this.rangeMs = rangeMs;
    if (this.span && this.marks.length > 0) {
      const middle = this.marks[0].t;
      this.#tellSpan({ from: middle - rangeMs / 2, to: middle + rangeMs / 2 });
    } else {
      this.#tellSpan(null);
    }
  }

  #move(part) {
    const { from, to } = this.#range;
    const by = (to - from) * part;
    this.#tellSpan(to + by >= Date.now() ? null : { from: from + by, to: to + by });
  }

  #onKey(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -100, End: 100 };
    if (event.key in steps) {
      event.preventDefault();
      this.#chart?.moveCursor(steps[event.key]);
    } else if (event.key === "Escape") {
      this.#chart?.clearCursor();
    }
  }

  #export() {
    const { from } = this.#range;
    const name = this.lines.map((l) => l.item.tag.replaceAll("/", "_")).join("+");
    saveAs(`${name}-${new Date(from).toISOString().slice(0, 19).replaceAll(":", "")}.csv`, csvOf(this.lines, this.fleet));
  }

  render() {
    const wanted = this.#wanted;
    if (wanted.length === 0) {
      return html`<p class="empty">${t("trend.choose")}</p>`;
    }
    const count = this.lines.reduce((sum, l) => sum + samplesOf(l), 0);
    const tags = wanted.map((i) => shownAs(i, this.fleet)).join(", ");
    return html`
      ${wanted.length === 1 ? this.#head(wanted[0]) : nothing}
      <div class="toolbar">
        <div class="tabs" role="group" aria-label=${t("trend.range")}>
          ${this.ranges.map(
            (r) =>
              html`<button
                type="button"
                data-testid="range"
                aria-pressed=${this.rangeMs === r.ms && (!this.span || this.marks.length > 0)}
                @click=${() => this.#choose(r.ms)}
              >
                ${r.text}
              </button>`,
          )}
        </div>
        <span class="spring"></span>
        <button type="button" data-testid="earlier" @click=${() => this.#move(-0.5)}>◀ ${t("trend.earlier")}</button>
        <button type="button" data-testid="later" ?disabled=${!this.span} @click=${() => this.#move(0.5)}>${t("trend.later")} ▶</button>
        <button type="button" data-testid="now" ?disabled=${!this.span} @click=${() => this.#tellSpan(null)}>${t("trend.live")}</button>
        <button type="button" data-testid="export" ?disabled=${count === 0} @click=${() => this.#export()}>${t("trend.export")}</button>
      </div>
      <div
        class="plot"
        role="application"
        tabindex="0"
        aria-label=${t("trend.of", { tags })}
        data-testid="trend"
        data-points=${count}
        data-lines=${this.lines.length}
        @keydown=${(e) => this.#onKey(e)}
      ></div>
      ${this.#readout(wanted)} ${this.error ? html`<p class="problem" role="alert">${this.error}</p>` : nothing}
      ${this.#notes(count)} ${this.#gapTable()}
    `;
  }

  #head(item) {
    return html`<div class="toolbar trend-head">
      <h2 data-testid="trend-title">
        ${shownAs(item, this.fleet)}${item.unit ? html` <span class="muted">${unitText(item.unit)}</span>` : nothing}
      </h2>
      <span data-testid="trend-value">${reading(item, this.now)}</span>
    </div>`;
  }

  /** The values under the cursor, or the newest; the line's looks stand before its name. */
  #readout(wanted) {
    const at = this.cursorMs;
    return html`<div class="readout" data-testid="readout" aria-live="off">
      <span class="when">${at === null ? t("trend.newest") : t("trend.cursor", { time: timeText(at, this.now) })}</span>
      ${wanted.map((item, i) => {
        const line = this.lines.find((l) => nameOf(l.item) === nameOf(item));
        return html`<span class="entry" data-testid="readout-entry" data-tag=${item.tag}>
          <svg class="sample series-${wanted.length === 1 ? 0 : i + 1}" viewBox="0 0 28 8" aria-hidden="true"><path d="M0 4h28" /></svg>
          ${shownAs(item, this.fleet)} <strong>${at === null || !line ? reading(item, this.now) : saidAt(line, at)}</strong>
        </span>`;
      })}
    </div>`;
  }

  #notes(count) {
    const stepS = this.lines[0]?.stepS ?? 0;
    const flat = this.lines.reduce((sum, l) => sum + l.gaps.filter(isFlat).length, 0);
    const drawn = stepS
      ? t("trend.rolled", { n: count, span: durationText(stepS * 1000) })
      : t("trend.samples", { n: count });
    return html`<p class="muted trend-note">
      ${[drawn, ...(flat ? [t("trend.flat", { n: flat })] : [])].join("; ")}. ${t("trend.zoom-hint")}
      ${this.#limited ? html`<span class="warn">${t("trend.limit", { n: RAW_LIMIT })}</span>` : nothing}
    </p>`;
  }

  #gapTable() {
    const several = this.lines.length > 1;
    const gaps = this.lines
      .flatMap((l) => l.gaps.filter((g) => !isFlat(g)).map((g) => ({ ...g, tag: shownAs(l.item, this.fleet) })))
      .sort((a, b) => millis(b.from) - millis(a.from));
    if (gaps.length === 0) {
      return html`<p class="muted trend-note" data-testid="no-gaps">${t("trend.no-gaps")}</p>`;
    }
    return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t("trend.gaps")}>
        <table class="gaps" data-testid="gaps">
          <caption>
            ${t("trend.gaps")}
          </caption>
          <thead>
            <tr>
              ${several ? html`<th scope="col">${t("trend.tag")}</th>` : nothing}
              <th scope="col">${t("trend.from")}</th>
              <th scope="col">${t("trend.for")}</th>
              <th scope="col">${t("trend.reason")}</th>
              <th scope="col">${t("trend.detail")}</th>
            </tr>
          </thead>
          <tbody>
            ${gaps.slice(0, MOST_GAPS_SHOWN).map(
              (g) =>
                html`<tr data-testid="gap" data-reason=${g.reason}>
                  ${several ? html`<td class="name">${g.tag}</td>` : nothing}
                  <td class="time">${timeText(g.from, this.now)}</td>
                  <td>${durationText(millis(g.to) - millis(g.from))}</td>
                  <td>${reasonText(g.reason)}</td>
                  <td class="wrap">${g.detail ?? ""}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${gaps.length > MOST_GAPS_SHOWN
        ? html`<p class="muted trend-note">${t("trend.gaps-more", { n: gaps.length - MOST_GAPS_SHOWN })}</p>`
        : nothing}`;
  }
}

const samplesOf = (line) =>
  line.stepS ? line.rows.reduce((sum, r) => sum + Number(r.count ?? 0), 0) : line.rows.length;

function saidAt(line, ms) {
  const said = textAt(line, ms);
  if (said.none) {
    return `— (${said.why ? t("trend.no-value-why", { why: said.why }) : t("trend.no-value")})`;
  }
  return said.min === undefined ? said.text : t("trend.range-value", { avg: said.text, min: said.min, max: said.max });
}

/** What is drawn, as rows by time; a gap is a row of its own with its reason and end. */
export function csvOf(lines, fleet = false) {
  const rows = lines.flatMap((l) => {
    const { gateway, tag, unit } = l.item;
    const of = fleet ? [gateway, tag, unit] : [tag, unit];
    const values = l.rows.map((r) =>
      l.stepS
        ? [r.time, "", ...of, r.avg, r.min, r.max, r.count, "", ""]
        : [r.sourceTime, "", ...of, r.value, "", "", 1, r.quality, r.reason],
    );
    return values.concat(l.gaps.map((g) => [g.from, g.to, ...of, "", "", "", 0, "gap", `${g.reason}${g.detail ? `: ${g.detail}` : ""}`]));
  });
  rows.sort((a, b) => millis(a[0]) - millis(b[0]));
  const of = fleet ? ["gateway", "tag", "unit"] : ["tag", "unit"];
  return csvText([["time", "until", ...of, "value", "min", "max", "samples", "quality", "reason"], ...rows]);
}

customElements.define("drme-trend", Trend);
