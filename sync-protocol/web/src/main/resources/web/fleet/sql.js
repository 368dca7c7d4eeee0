// Read-only SQL over the fleet, with what it can see beside it.
import { html, nothing } from "lit";
import { ProblemError, get, post } from "/assets/parts/api.js";
import { csvText, saveAs } from "/assets/parts/csv.js";
import { countText, durationText, valueText } from "/assets/parts/format.js";
import { t } from "/assets/parts/text.js";
import { View, to } from "/assets/fleet/view.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SPANS = [
  { ms: HOUR_MS, text: "1 h", step: "1m" },
  { ms: 8 * HOUR_MS, text: "8 h", step: "10m" },
  { ms: DAY_MS, text: "24 h", step: "1h" },
  { ms: 7 * DAY_MS, text: "7 d", step: "6h" },
  { ms: 30 * DAY_MS, text: "30 d", step: "1d" },
  { ms: 365 * DAY_MS, text: t("trend.years", { n: 1 }), step: "7d" },
];
const ROWS_DRAWN = 500;
const LIMIT_MS = 25_000;

const EXAMPLES = [
  { key: "sql.example.sites", sql: "select site, count(*) as gateways, sum(open_alarms) as alarms\nfrom gateways\ngroup by site\norder by gateways desc\nlimit 20" },
  { key: "sql.example.silent", sql: "select gateway, site, why, last_seen\nfrom gateways\nwhere state <> 'online'\norder by last_seen" },
  { key: "sql.example.bad", sql: "select gateway, tag, reason, since_time\nfrom latest\nwhere quality = 'bad'\nlimit 100" },
  { key: "sql.example.alarms", sql: "select name, priority, count(*) as times\nfrom alarms\ngroup by name, priority\norder by times desc" },
];

/** Where in a text a message says that it goes wrong: {line, column} from 1, or null. */
export function placeIn(message) {
  const found = /line (\d+), column (\d+)/i.exec(message);
  return found ? { line: Number(found[1]), column: Number(found[2]) } : null;
}

class SqlView extends View {
  static properties = {
    sql: { state: true },
    span: { state: true },
    site: { state: true },
    answer: { state: true },
    failure: { state: true },
    busy: { state: true },
  };

  everyMs = 600_000;

  constructor() {
    super();
    this.sql = "";
    this.span = SPANS[0];
    this.site = "";
    this.answer = null;
    this.failure = null;
    this.busy = false;
  }

  read() {
    return get("/api/v1/sql");
  }

  firstUpdated() {
    this.sql = this.query.get("q") || EXAMPLES[0].sql;
  }

  async #run(event) {
    event?.preventDefault();
    if (this.busy) {
      return;
    }
    this.busy = true;
    this.failure = null;
    history.replaceState(null, "", to.sql({ q: this.sql }));
    const begun = performance.now();
    const now = Date.now();
    try {
      const body = {
        sql: this.sql,
        from: new Date(now - this.span.ms).toISOString(),
        to: new Date(now).toISOString(),
        step: this.span.step,
        ...(this.site ? { site: this.site } : {}),
      };
      const answer = await post("/api/v1/sql", body, null, LIMIT_MS);
      this.answer = { ...answer, took: performance.now() - begun };
    } catch (e) {
      this.answer = null;
      this.failure = e instanceof ProblemError ? e.problem : { detail: String(e) };
      this.#point();
    } finally {
      this.busy = false;
    }
  }

  /** Puts the text cursor where the statement goes wrong. */
  async #point() {
    const place = placeIn(this.failure.detail ?? "");
    if (!place) {
      return;
    }
    await this.updateComplete;
    const lines = this.sql.split("\n");
    const at = lines.slice(0, place.line - 1).reduce((n, l) => n + l.length + 1, 0) + place.column - 1;
    const box = this.querySelector("textarea");
    const word = /^\w*/.exec(this.sql.slice(at))[0].length || 1;
    box.focus();
    box.setSelectionRange(at, at + word);
  }

  #onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      this.#run(event);
    }
  }

  render() {
    return html`<section class="panel">
        <h2 class="hidden">${t("view.sql")}</h2>
        ${this.problem()}
        <div class="toolbar">
          ${EXAMPLES.map(
            (e) => html`<button type="button" class="chip" data-testid="sql-example" @click=${() => (this.sql = e.sql)}>${t(e.key)}</button>`,
          )}
        </div>
        <form @submit=${(e) => this.#run(e)}>
          <label class="sql"
            ><span class="muted">${t("sql.statement")}</span
            ><textarea
              data-testid="sql-text"
              rows="7"
              spellcheck="false"
              .value=${this.sql}
              @input=${(e) => (this.sql = e.target.value)}
              @keydown=${(e) => this.#onKey(e)}
            ></textarea>
          </label>
          <div class="toolbar">
            <button class="primary" data-testid="sql-run" ?disabled=${this.busy || !this.sql.trim()}>${t(this.busy ? "ask.busy" : "sql.run")}</button>
            <label class="search"
              ><span>${t("sql.span")}</span>
              <select data-testid="sql-span" @change=${(e) => (this.span = SPANS[e.target.selectedIndex])}>
                ${SPANS.map((s) => html`<option ?selected=${s === this.span}>${t("sql.span.text", { span: s.text, step: s.step })}</option>`)}
              </select></label
            >
            <label class="search"
              ><span>${t("gateways.site")}</span
              ><input type="search" placeholder=${t("gateways.site.hint")} .value=${this.site} @input=${(e) => (this.site = e.target.value.trim())}
            /></label>
          </div>
        </form>
        ${this.failure ? this.#failed(this.failure) : nothing} ${this.answer ? this.#rows(this.answer) : nothing}
      </section>
      <section class="panel">${this.found ? this.#schema(this.found) : nothing}</section>`;
  }

  /** The line that goes wrong, and below it where. */
  #failed(problem) {
    const place = placeIn(problem.detail ?? "");
    const line = place ? this.sql.split("\n")[place.line - 1] : null;
    return html`<div class="problem" role="alert" data-testid="sql-problem">
      <p>${problem.detail ?? problem.title}</p>
      ${line ? html`<pre data-testid="sql-place">${line}\n${" ".repeat(place.column - 1)}▲</pre>` : nothing}
      ${problem.expected ? html`<p class="muted">${t("sql.expected", { what: problem.expected })}</p>` : nothing}
    </div>`;
  }

  #rows(answer) {
    const shown = answer.items.slice(0, ROWS_DRAWN);
    return html`<div class="toolbar">
        <span data-testid="sql-count">${t("sql.rows", { n: countText(answer.items.length), span: durationText(answer.took) })}</span>
        ${answer.truncated ? html`<span class="warn">▲ ${t("sql.truncated", { n: countText(answer.items.length) })}</span>` : nothing}
        ${answer.items.length > ROWS_DRAWN ? html`<span class="muted">${t("sql.drawn", { n: ROWS_DRAWN })}</span>` : nothing}
        <span class="spring"></span>
        <button type="button" data-testid="sql-export" ?disabled=${answer.items.length === 0} @click=${() => this.#export(answer)}>${t("trend.export")}</button>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("sql.result")}>
        <table data-testid="sql-rows">
          <thead>
            <tr>
              ${answer.columns.map((c) => html`<th scope="col">${c}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${shown.map(
              (row) =>
                html`<tr>
                  ${answer.columns.map((c) => html`<td class=${typeof row[c] === "number" ? "number" : "wrap"}>${row[c] === null ? "" : valueText(row[c])}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  }

  #export({ columns, items }) {
    saveAs("drme-sql.csv", csvText([columns, ...items.map((row) => columns.map((c) => row[c]))]));
  }

  #schema(known) {
    return html`<h2>${t("sql.sees")}</h2>
      <p class="muted">
        ${t("sql.limits", {
          read: countText(known.mostRowsRead),
          given: countText(known.mostRowsGiven),
          tables: known.mostTables,
          seconds: known.mostSeconds,
        })}
      </p>
      <div class="tables" data-testid="sql-schema">
        ${known.tables.map(
          (table) =>
            html`<details ?open=${table.name === "gateways"}>
              <summary>${table.name}</summary>
              <dl>${table.columns.map((c) => html`<dt>${c.name}</dt><dd class="muted">${c.type.toLowerCase()}</dd>`)}</dl>
            </details>`,
        )}
      </div>`;
  }
}

customElements.define("drme-sql", SqlView);
