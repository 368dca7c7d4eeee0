import { LitElement, html, nothing } from "lit";
import { agoText, durationText, millis, quantity, reasonText, timeText } from "/assets/parts/format.js";
import { t, word } from "/assets/parts/text.js";

/**
 * A reading with its quality. A bad one never shows its old value as if it were the present one:
 * "— (82.4 °C, 12 min ago, comms lost)".
 */
export function reading(item, now) {
  if (!item) {
    return html`<span class="value none">—</span>`;
  }
  if (item.quality === "bad") {
    const last =
      item.lastGoodTime && item.lastGoodValue !== null
        ? `${quantity(item.lastGoodValue, item.unit)}, ${agoText(now - millis(item.lastGoodTime))}, `
        : "";
    return html`<span class="value bad"
      ><span class="symbol" aria-hidden="true">×</span>— <span class="why">(${last}${reasonText(item.reason) || t("quality.bad")})</span></span
    >`;
  }
  if (item.quality === "uncertain") {
    return html`<span class="value uncertain"
      >${quantity(item.value, item.unit)}
      <span class="why"><span class="symbol" aria-hidden="true">?</span>${reasonText(item.reason)}</span></span
    >`;
  }
  return html`<span class="value good">${quantity(item.value, item.unit)}</span>`;
}

/** So many rows are drawn at once; more would make an old panel slow. */
const MAX_ROWS = 500;

/** The value alone, where the quality stands beside it. */
const quantityOf = (item) => html`<span class="value ${item.quality}">${quantity(item.value, item.unit)}</span>`;

/** A table of live values by device, with a filter; `select` tells the chosen item. */
export class TagTable extends LitElement {
  static properties = {
    items: { attribute: false },
    selected: { attribute: false },
    now: { attribute: false },
    filter: { attribute: false },
  };

  constructor() {
    super();
    this.items = [];
    this.selected = null;
    this.now = Date.now();
    this.filter = "";
  }

  createRenderRoot() {
    return this;
  }

  get #shown() {
    const words = this.filter.toLowerCase().split(/\s+/).filter(Boolean);
    return this.items.filter((item) => {
      const text = `${item.tag} ${word("quality", item.quality)} ${reasonText(item.reason)}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  #choose(item) {
    this.dispatchEvent(new CustomEvent("select", { detail: item }));
  }

  #onKey(event, item) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#choose(item);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const rows = [...this.querySelectorAll("tr[tabindex]")];
      const next = rows.indexOf(event.currentTarget) + (event.key === "ArrowDown" ? 1 : -1);
      rows[next]?.focus();
    }
  }

  render() {
    const found = this.#shown;
    const shown = found.slice(0, MAX_ROWS);
    let device = null;
    return html`
      <div class="toolbar">
        <label class="search">
          <span>${t("tags.filter")}</span>
          <input
            id="tag-filter"
            data-testid="tag-filter"
            type="search"
            placeholder=${t("tags.filter.hint")}
            .value=${this.filter}
            @input=${(e) => (this.filter = e.target.value)}
          />
        </label>
        <span class="muted" data-testid="tag-count">${t("tags.count", { n: found.length, all: this.items.length })}</span>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("view.tags")}>
        <table class="tags" data-testid="tags">
          <thead>
            <tr>
              <th scope="col">${t("tags.tag")}</th>
              <th scope="col" class="number">${t("tags.value")}</th>
              <th scope="col">${t("tags.quality")}</th>
              <th scope="col" class="number">${t("tags.source-time")}</th>
              <th scope="col" class="number">${t("tags.age")}</th>
            </tr>
          </thead>
          <tbody>
            ${shown.map((item) => {
              const slash = item.tag.indexOf("/");
              const owner = slash < 0 ? item.tag : item.tag.slice(0, slash);
              const heading = owner === device ? nothing : this.#heading(owner);
              device = owner;
              return html`${heading}${this.#row(item, slash)}`;
            })}
          </tbody>
        </table>
        ${found.length > MAX_ROWS
          ? html`<p class="empty">${t("tags.first", { n: MAX_ROWS })}</p>`
          : nothing}
        ${shown.length === 0
          ? html`<p class="empty">${t(this.items.length ? "tags.no-match" : "tags.none")}</p>`
          : nothing}
      </div>
    `;
  }

  #heading(owner) {
    const mine = this.items.filter((i) => i.tag === owner || i.tag.startsWith(owner + "/"));
    const bad = mine.filter((i) => i.quality === "bad").length;
    return html`<tr class="device">
      <th scope="rowgroup" colspan="5">
        ${owner}${bad ? html`<span class="note"> ${t("tags.bad", { n: bad, all: mine.length })}</span>` : nothing}
      </th>
    </tr>`;
  }

  #row(item, slash) {
    const chosen =
      this.selected && this.selected.gateway === item.gateway && this.selected.tag === item.tag;
    return html`<tr
      tabindex="0"
      class=${chosen ? "chosen" : ""}
      aria-current=${chosen ? "true" : "false"}
      data-testid="tag"
      data-tag=${item.tag}
      data-quality=${item.quality}
      @click=${() => this.#choose(item)}
      @keydown=${(e) => this.#onKey(e, item)}
    >
      <td class="name" title=${item.tag}><span class="hidden">${slash < 0 ? "" : item.tag.slice(0, slash + 1)}</span>${slash < 0 ? item.tag : item.tag.slice(slash + 1)}</td>
      ${item.quality === "bad"
        ? html`<td class="number" colspan="2">${reading(item, this.now)}</td>`
        : html`<td class="number">${quantityOf(item)}</td>
            <td><span class="quality ${item.quality}">${item.reason ? reasonText(item.reason) : word("quality", item.quality)}</span></td>`}
      <td class="number time" title=${item.sourceTime}>${item.sourceTime ? timeText(item.sourceTime, this.now) : "—"}</td>
      <td class="number age">${item.sourceTime ? durationText(this.now - millis(item.sourceTime)) : "—"}</td>
    </tr>`;
  }
}

customElements.define("drme-tags", TagTable);
