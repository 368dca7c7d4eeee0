// What alarms ask of people: rates against the benchmarks, floods, and the alarms that make them.
import { LitElement, html, nothing } from "lit";
import { countText, millis, percentText, timeText } from "/assets/parts/format.js";
import { t, word } from "/assets/parts/text.js";
import { to } from "/assets/plant/view.js";

/** That there is a flood is told at once, how many there are by now is not read out each time. */
export function floodLine(summary, now) {
  const flood = summary?.flood.active ? summary.flood.floods[0] : null;
  if (!flood) {
    return nothing;
  }
  const first = flood.first[0];
  return html`<div class="flood-line" data-testid="flood">
    <strong role="alert">▲ ${t("flood.since", { time: timeText(flood.since, now) })}</strong>
    <span>${t("flood.count", { n: countText(flood.alarms), ten: countText(summary.rate.last10Minutes) })}</span>
    ${first
      ? html`<span>${t("flood.first")} <a href=${to.alarm(first)}>${first.name}, ${first.tag}</a></span>`
      : nothing}
  </div>`;
}

export class AlarmLoad extends LitElement {
  static properties = { summary: { attribute: false }, now: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  render() {
    const { summary } = this;
    if (!summary) {
      return nothing;
    }
    const { rate, flood } = summary;
    return html`<h2>${t("load.title")}</h2>
      <div class="figures" data-testid="load-figures">
        ${this.#rate("last", countText(rate.last10Minutes), rate.verdict)}
        ${this.#rate("average", this.#decimal(rate.average), rate.averageVerdict, t("load.of", {
          n: rate.total,
          time: timeText(summary.since, this.now),
        }))}
        ${this.#rate("peak", countText(rate.peak), rate.peakVerdict, rate.peakAt ? timeText(rate.peakAt, this.now) : "")}
        ${this.#figure("time-in-flood", percentText(flood.timeInFlood), flood.timeInFlood > 0.01)}
        ${this.#figure("chattering", countText(summary.chattering.length), summary.chattering.some((c) => c.now))}
        ${this.#figure("standing", countText(summary.standingCount))}
        ${this.#figure("stale", countText(summary.staleCount), summary.staleCount > 0)}
      </div>
      <details data-testid="load-lists">
        <summary>${t("load.lists")}</summary>
        ${this.#firstOut()} ${this.#floods()}
        ${this.#list("frequent", summary.frequent, (a) => [
          html`${a.name}, ${a.tag}`,
          t("load.times", { n: countText(a.count), share: percentText(a.share) }),
        ])}
        ${this.#list("chattering", summary.chattering, (a) => [
          html`${a.name}, ${a.tag}`,
          t("load.changes", { n: countText(a.most), time: timeText(a.lastAt, this.now) }),
        ])}
        ${this.#alarms("standing")} ${this.#alarms("stale")}
      </details>`;
  }

  #decimal(n) {
    return Number(n).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
  }

  #rate(id, text, verdict, note = "") {
    return this.#figure(id, text, verdict === "flood" || verdict === "too-many", html`${word("verdict", verdict)}${note ? `, ${note}` : ""}`);
  }

  #figure(id, text, isBad = false, note = nothing) {
    return html`<div class="figure ${isBad ? "fault" : ""}" data-testid="load-${id}">
      <span class="label">${t(`load.${id}`)}</span><span class="big">${text}</span>
      <span class="muted">${note}</span>
    </div>`;
  }

  #list(id, items, row) {
    return html`<h3>${t(`load.${id}`)} (${items.length})</h3>
      ${items.length
        ? html`<ul data-testid="load-list-${id}">
            ${items.map((item) => {
              const [what, note] = row(item);
              return html`<li>${what} <span class="muted">${note}</span></li>`;
            })}
          </ul>`
        : html`<p class="muted">${t("load.none")}</p>`}`;
  }

  #alarms(id) {
    return this.#list(id, this.summary[id], (a) => [
      html`<a href=${to.alarm(a)}>${a.message || a.name}, ${a.tag}</a>`,
      `${word("alarm", a.state)}, ${timeText(a.raisedAt, this.now)}`,
    ]);
  }

  #firstOut() {
    return this.#list("first-out", this.summary.firstOut, (g) => [
      g.first ? html`${g.group}: <a href=${to.alarm(g.first)}>${g.first.message || g.first.name}, ${g.first.tag}</a>` : g.group,
      t("load.open-of-group", { n: g.alarms }),
    ]);
  }

  #floods() {
    const span = (f) => `${timeText(f.since, this.now)} – ${f.until ? timeText(f.until, this.now) : t("load.lasts")}`;
    return this.#list("floods", this.summary.flood.floods.toSorted((a, b) => millis(b.since) - millis(a.since)), (f) => [
      span(f),
      t("load.flood", { n: countText(f.alarms), peak: countText(f.peak), first: f.first[0]?.name ?? "" }),
    ]);
  }
}

customElements.define("drme-alarm-load", AlarmLoad);
