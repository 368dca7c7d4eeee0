// Several tags over one another. What is shown stands in the address, so that it can be passed on.
import { html, nothing } from "lit";
import { MOST_TAGS } from "/assets/parts/chart.js";
import { toast } from "/assets/parts/shell.js";
import { t } from "/assets/parts/text.js";
import { View, to } from "/assets/plant/view.js";
import { RANGES } from "/assets/parts/trend.js";

class TrendsView extends View {
  #span = { text: "", span: null };

  get #tags() {
    return (this.query.get("tags") ?? "").split(",").filter(Boolean).slice(0, MOST_TAGS);
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
    return RANGES.find((r) => r.ms === asked)?.ms ?? RANGES[0].ms;
  }

  #show(tags, span = this.#spanOfAddress, rangeMs = this.#rangeMs) {
    location.hash = to.trends({
      tags: tags.join(","),
      range: rangeMs,
      ...(span ? { from: Math.round(span.from), to: Math.round(span.to) } : {}),
    });
  }

  #add(event) {
    event.preventDefault();
    const input = event.target.elements.tag;
    const tag = input.value.trim();
    if (!this.plant.item(tag)) {
      toast(t("trend.unknown", { tag }));
    } else if (this.#tags.length >= MOST_TAGS) {
      toast(t("trend.most", { n: MOST_TAGS }));
    } else if (!this.#tags.includes(tag)) {
      this.#show([...this.#tags, tag]);
    }
    input.value = "";
  }

  render() {
    const tags = this.#tags;
    const items = tags.map((tag) => this.plant.item(tag) ?? { gateway: this.plant.gateway, tag, unit: "" });
    const addable = this.plant.items.filter((i) => !tags.includes(i.tag) && typeof (i.value ?? i.lastGoodValue) !== "string");
    return html`<section class="panel">
      <div class="toolbar" role="group" aria-label=${t("trend.pick")}>
        <h2>${t("view.trends")}</h2>
        ${tags.map((tag) => this.#chip(tag))}
        <form class="toolbar" @submit=${(e) => this.#add(e)}>
          <label class="search"
            ><span>${t("trend.add")}</span>
            <input name="tag" list="addable" autocomplete="off" data-testid="trend-add" ?disabled=${tags.length >= MOST_TAGS}
          /></label>
          <datalist id="addable">${addable.map((i) => html`<option value=${i.tag}></option>`)}</datalist>
          <button data-testid="trend-add-do" ?disabled=${tags.length >= MOST_TAGS}>${t("trend.add-button")}</button>
        </form>
      </div>
      ${tags.length && this.plant.gateway
        ? html`<drme-trend
            .items=${items}
            .now=${this.now}
            .span=${this.#spanOfAddress}
            .rangeMs=${this.#rangeMs}
            @span=${(e) => this.#show(tags, e.detail.span, e.detail.rangeMs)}
          ></drme-trend>`
        : html`<p class="empty">${tags.length ? nothing : t("trend.none", { n: MOST_TAGS })}</p>`}
    </section>`;
  }

  #chip(tag) {
    return html`<button
      type="button"
      class="chip"
      data-testid="trend-tag"
      aria-label=${t("trend.remove", { tag })}
      @click=${() => this.#show(this.#tags.filter((other) => other !== tag))}
    >
      ${tag} <span aria-hidden="true">×</span>
    </button>`;
  }
}

customElements.define("drme-trends-view", TrendsView);
