// All areas at a glance: grey where all is well, so that what is not stands out.
import { html, nothing } from "lit";
import { lost } from "/assets/parts/accounting.js";
import { areaOf } from "/assets/parts/alarm-list.js";
import { PRIORITIES, needsAcknowledge, prioritySymbol } from "/assets/parts/alarms.js";
import { stateMark } from "/assets/parts/devices.js";
import { countText, hoursText, reasonText, spanText } from "/assets/parts/format.js";
import { t, word } from "/assets/parts/text.js";
import { reading } from "/assets/parts/value.js";
import { uplinkOf } from "/assets/plant/model.js";
import { View, to } from "/assets/plant/view.js";

/** So many values stand on a tile; the others are one touch away. */
const MOST_VALUES = 6;

/** Areas by name, always in the same place: a person learns where to look. */
export function areasOf(plant) {
  const areas = new Map();
  const area = (name) => {
    if (!areas.has(name)) {
      areas.set(name, { name, items: [], alarms: [], device: null });
    }
    return areas.get(name);
  };
  plant.items.forEach((item) => area(areaOf(item.tag)).items.push(item));
  plant.devices.forEach((device) => (area(device.device).device = device));
  plant.book.active.forEach((alarm) => area(areaOf(alarm.tag)).alarms.push(alarm));
  return [...areas.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether pipelines follow, in a word or two. */
export function pipelinesText(engine) {
  const all = engine?.pipelines ?? [];
  if (all.length === 0) {
    return t("pipe.none");
  }
  const behind = all.filter((p) => p.waiting > 0).length;
  return behind ? t("pipe.behind", { n: behind, all: all.length }) : t("pipe.up-to-date");
}

class Overview extends View {
  render() {
    const areas = areasOf(this.plant);
    return html`<h2 class="hidden">${t("overview.title")}</h2>
      ${this.problem("latest")} ${this.#figures()}
      <section class="areas" aria-label=${t("overview.areas")} data-testid="areas">
        ${areas.map((area) => this.#tile(area))}
        ${areas.length === 0 ? html`<p class="empty">${t("overview.none")}</p>` : nothing}
      </section>`;
  }

  #figures() {
    const { reconcile, status } = this.plant;
    const gone = reconcile ? lost(reconcile) : null;
    const uplink = uplinkOf(status);
    const pending = reconcile ? Number(reconcile.pending) : null;
    const hours = status?.store?.autonomyHours;
    const drain = status?.uplink?.timeToDrain;
    return html`<section class="front" data-testid="front">
      <a class="figure ${gone ? "fault" : ""}" href=${to.view("store")} data-testid="lost-short">
        <span class="label">${t("overview.lost")}</span><span class="big">${countText(gone)}</span>
        <span class="muted">${gone ? this.#causes(reconcile) : gone === 0 ? t("account.nothing-dropped") : t("account.unknown")}</span>
      </a>
      <a class="figure" href=${to.view("store")} data-testid="uplink-short">
        <span class="label">${t("overview.uplink")}</span>
        <span class="big">${uplink ? stateMark(uplink.state) : status ? t("overview.no-uplink") : "—"}</span>
        <span class="muted">${uplink?.why ?? ""}</span>
      </a>
      <a class="figure" href=${to.view("store")}>
        <span class="label">${t("overview.waiting")}</span>
        <span class="big">${pending === null ? "—" : t("overview.samples", { n: countText(pending) })}</span>
        <span class="muted">${pending === 0 ? t("overview.all-there") : drain ? t("overview.drains", { span: spanText(drain) }) : ""}</span>
      </a>
      <a class="figure ${status?.store?.failing ? "fault" : ""}" href=${to.view("store")} data-testid="store-short">
        <span class="label">${t("overview.store")}</span>
        <span class="big">${Number.isFinite(hours) ? hoursText(hours) : "—"}</span>
        <span class="muted">
          ${status?.store?.failing
            ? t("store.note.failing")
            : Number.isFinite(hours)
              ? t("overview.holds", { span: hoursText(hours) })
              : t("overview.holds-unknown")}
        </span>
      </a>
      <a class="figure" href=${to.view("pipelines")} data-testid="pipelines-short">
        <span class="label">${t("overview.pipelines")}</span>
        <span class="big">${status ? pipelinesText(status.engine) : "—"}</span>
      </a>
    </section>`;
  }

  #causes(reconcile) {
    return Object.entries(reconcile.dropped)
      .filter(([, n]) => Number(n) > 0)
      .map(([reason, n]) => `${countText(n)} ${reasonText(reason)}`)
      .join(", ");
  }

  #tile(area) {
    const bad = area.items.filter((i) => i.quality !== "good");
    const worst = PRIORITIES.find((p) => area.alarms.some((a) => a.priority === p)) ?? "";
    // What is abnormal must not hide behind what is not; otherwise the order stays.
    const normal = (i) => i.quality === "good" && !area.alarms.some((a) => a.tag === i.tag);
    const shown = area.items.toSorted((a, b) => normal(a) - normal(b)).slice(0, MOST_VALUES);
    const state = area.device?.state;
    return html`<article class="area ${worst}" data-testid="area" data-area=${area.name}>
      <h3><a href=${to.area(area.name)}>${area.name}</a>${state ? stateMark(state) : nothing}</h3>
      ${this.#counts(area)}
      <dl class="values">
        ${shown.map((i) => this.#value(area, i))}
      </dl>
      <p class="muted">
        ${t("overview.tags", { n: area.items.length })}${bad.length
          ? html`, <span class="fault">${t("overview.not-good", { n: bad.length })}</span>`
          : nothing}${area.items.length > shown.length
          ? html`, <a href=${to.area(area.name)}>${t("overview.more", { n: area.items.length - shown.length })}</a>`
          : nothing}
      </p>
    </article>`;
  }

  #value(area, item) {
    const name = item.tag.slice(area.name.length + 1) || item.tag;
    const alarm = area.alarms.find((a) => a.tag === item.tag);
    const words = name.split("/").map((word, i) => html`${i ? html`/<wbr />` : nothing}${word}`);
    return html`<dt><a href=${to.tag(item.tag)}><span>${words}</span></a></dt>
      <dd>${alarm ? prioritySymbol(alarm.priority, needsAcknowledge(alarm)) : nothing} ${reading(item, this.now)}</dd>`;
  }

  /** How many of each priority: shape, colour and words. */
  #counts(area) {
    if (area.alarms.length === 0) {
      return html`<p class="muted counts">${t("overview.no-alarms")}</p>`;
    }
    return html`<p class="counts">
      ${PRIORITIES.map((p) => {
        const mine = area.alarms.filter((a) => a.priority === p);
        return mine.length
          ? html`<a href=${to.alarms({ area: area.name })} data-testid="count-${p}"
              >${prioritySymbol(p, mine.some(needsAcknowledge))} ${mine.length} ${word("priority", p)}</a
            >`
          : nothing;
      })}
    </p>`;
  }
}

customElements.define("drme-overview", Overview);
