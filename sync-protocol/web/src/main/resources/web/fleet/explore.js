// Any tags of the fleet over one another, from minutes to years. What is shown stands in the address.
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { get } from "/assets/parts/api.js";
import { MOST_TAGS } from "/assets/parts/chart.js";
import { unitText } from "/assets/parts/format.js";
import { onPause } from "/assets/parts/pause.js";
import { t } from "/assets/parts/text.js";
import { RANGES, YEARS } from "/assets/parts/trend.js";
import { View, to } from "/assets/fleet/view.js";

const FOUND = 40;
const ALL_RANGES = [...RANGES, ...YEARS];

/** Gateway and tag of gateway/device/path. */
function parted(name) {
  const slash = name.indexOf("/");
  return { gateway: name.slice(0, slash), tag: name.slice(slash + 1) };
}

class ExploreView extends View {
  static properties = { text: { state: true }, offers: { state: true }, more: { state: true } };

  #span = { text: "", span: null };
  #items = { of: null, list: [] };

  constructor() {
    super();
    this.text = "";
    this.offers = [];
    this.more = false;
  }

  get #tags() {
    return (this.query.get("tags") ?? "")
      .split(",")
      .filter((name) => name.indexOf("/") > 0)
      .slice(0, MOST_TAGS);
  }

  /** The newest readings, with their units. */
  async read() {
    const pages = await Promise.all(this.#tags.map((match) => get("/api/v1/latest", { match, limit: 1 })));
    return new Map(pages.flatMap((p) => p.items).map((i) => [`${i.gateway}/${i.tag}`, i]));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#search("");
  }

  /** The same object while the address stays, so that the trend is not read anew each second. */
  get #spanOfAddress() {
    const text = `${this.query.get("from") ?? ""}-${this.query.get("to") ?? ""}`;
    if (text !== this.#span.text) {
      const [from, end] = [Number(this.query.get("from")), Number(this.query.get("to"))];
      this.#span = { text, span: from > 0 && end > from ? { from, to: end } : null };
    }
    return this.#span.span;
  }

  get #rangeMs() {
    const asked = Number(this.query.get("range"));
    return ALL_RANGES.find((r) => r.ms === asked)?.ms ?? RANGES[1].ms;
  }

  #show(tags, span = this.#spanOfAddress, rangeMs = this.#rangeMs) {
    location.hash = to.explore({
      tags: tags.join(","),
      range: rangeMs,
      ...(span ? { from: Math.round(span.from), to: Math.round(span.to) } : {}),
    });
  }

  async #search(text) {
    this.text = text;
    try {
      const page = await get("/api/v1/tags", { text: text || "/", limit: FOUND });
      if (text === this.text) {
        this.offers = page.items;
        this.more = Boolean(page.next);
        this.error = null;
      }
    } catch (e) {
      this.error = e.text ?? String(e);
    }
  }

  #typed = onPause((text) => this.#search(text));

  #toggle(name) {
    const tags = this.#tags;
    this.#show(tags.includes(name) ? tags.filter((other) => other !== name) : [...tags, name]);
  }

  /** Made once a change, so that the trend is not read anew each second. */
  get #shown() {
    const of = `${this.query.get("tags")}`;
    if (of !== this.#items.of || this.found !== this.#items.found) {
      const known = this.found ?? new Map();
      this.#items = { of, found: this.found, list: this.#tags.map((name) => known.get(name) ?? { ...parted(name), unit: "" }) };
    }
    return this.#items.list;
  }

  render() {
    const tags = this.#tags;
    return html`<section class="panel pick-tags">
        <h2>${t("explore.pick")}</h2>
        ${this.problem()}
        <label class="search"
          ><span>${t("list.search")}</span
          ><input
            type="search"
            data-testid="explore-search"
            placeholder=${t("explore.hint")}
            .value=${this.text}
            @input=${this.#typed}
        /></label>
        <div class="scroll" tabindex="0" role="region" aria-label=${t("explore.found")}>
          <ul class="plain" data-testid="explore-found">
            ${repeat(
              this.offers,
              (o) => `${o.gateway}/${o.tag}`,
              (o) => this.#offer(o, tags),
            )}
          </ul>
          ${this.offers.length === 0 ? html`<p class="empty">${t("tags.no-match")}</p>` : nothing}
        </div>
        ${this.more ? html`<p class="muted">${t("explore.more", { n: FOUND })}</p>` : nothing}
      </section>
      <section class="panel">
        <div class="toolbar" role="group" aria-label=${t("trend.pick")}>
          <h2 class="hidden">${t("view.explore")}</h2>
          ${tags.map((name) => this.#chip(name))}
        </div>
        ${tags.length
          ? html`<drme-trend
              fleet
              .items=${this.#shown}
              .now=${this.now}
              .ranges=${ALL_RANGES}
              .span=${this.#spanOfAddress}
              .rangeMs=${this.#rangeMs}
              @span=${(e) => this.#show(tags, e.detail.span, e.detail.rangeMs)}
            ></drme-trend>`
          : html`<p class="empty">${t("trend.none", { n: MOST_TAGS })}</p>`}
      </section>`;
  }

  #offer(o, tags) {
    const name = `${o.gateway}/${o.tag}`;
    const on = tags.includes(name);
    return html`<li>
      <button
        type="button"
        class="offer"
        data-testid="explore-offer"
        data-tag=${name}
        aria-pressed=${on}
        ?disabled=${!on && tags.length >= MOST_TAGS}
        @click=${() => this.#toggle(name)}
      >
        <span aria-hidden="true">${on ? "✓" : "+"}</span>
        <span class="stack"><span>${o.tag} <span class="muted">${unitText(o.unit)}</span></span><span class="muted">${o.gateway}</span></span>
      </button>
    </li>`;
  }

  #chip(name) {
    const { tag } = parted(name);
    return html`<span class="chips"
      ><button type="button" class="chip" data-testid="trend-tag" aria-label=${t("trend.remove", { tag: name })} @click=${() => this.#toggle(name)}>
        ${name} <span aria-hidden="true">×</span></button
      ><button type="button" class="chip" data-testid="compare" title=${t("explore.compare.note", { tag })} @click=${() => this.#search(tag)}>
        ${t("explore.compare")}
      </button></span
    >`;
  }
}

customElements.define("drme-explore", ExploreView);
