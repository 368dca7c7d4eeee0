import { LitElement, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import {
  HIDDEN,
  PRIORITIES,
  acknowledgeButton,
  byUrgency,
  can,
  deedButton,
  isActive,
  isHidden,
  isOpen,
  key,
  needsAcknowledge,
  prioritySymbol,
  symbol,
  timeTitle,
  unorderedOf,
} from "/assets/parts/alarms.js";
import { millis, timeText, valueText } from "/assets/parts/format.js";
import { onPause } from "/assets/parts/pause.js";
import { t, word } from "/assets/parts/text.js";

/** So many rows are drawn at once; more would make an old panel slow. */
const MAX_ROWS = 300;
const STATES = ["open", "unacknowledged", "acknowledged", "returned", "latched", "hidden", ...HIDDEN, "past"];

/** Those that are no state of the interface. */
const GROUPS = ["open", "hidden", "past"];

/** The part of a plant that a tag belongs to: its device, or the pipeline that derives it. */
export const areaOf = (tag) => tag.split("/", 1)[0];

/**
 * All alarms, open or past, with filters, and what a person does about one or several.
 *
 * With `fleet` they are of many gateways and come filtered: `counts` are those of all by priority,
 * `more` says that there are more than came.
 */
export class AlarmList extends LitElement {
  static properties = {
    alarms: { attribute: false },
    who: { attribute: false },
    now: { attribute: false },
    one: { attribute: false },
    fleet: { type: Boolean },
    state: { attribute: false },
    priorities: { attribute: false },
    area: { attribute: false },
    text: { attribute: false },
    counts: { attribute: false },
    more: { attribute: false },
    most: { attribute: false },
    picked: { state: true },
  };

  /** Those that may have come before or after one of another gateway: clocks are off by something. */
  #unordered = new Set();

  constructor() {
    super();
    this.alarms = [];
    this.one = null;
    this.state = STATES[0];
    this.priorities = new Set();
    this.area = "";
    this.text = "";
    this.counts = null;
    this.more = false;
    this.most = MAX_ROWS;
    this.picked = new Set();
  }

  createRenderRoot() {
    return this;
  }

  #pick(alarm, on) {
    const picked = new Set(this.picked);
    on ? picked.add(key(alarm)) : picked.delete(key(alarm));
    this.picked = picked;
  }

  #toggle(priority) {
    const next = new Set(this.priorities);
    next.delete(priority) || next.add(priority);
    this.#filter({ priorities: next });
  }

  #typed = onPause((text) => this.#filter({ text }));

  /** Tells `filter`, so that a page whose addresses name the filter can follow. */
  #filter(wanted) {
    Object.assign(this, wanted);
    const { state, area, priorities, text } = this;
    this.dispatchEvent(new CustomEvent("filter", { detail: { state, area, priorities, text } }));
  }

  /** Once for a list of alarms, as each second draws anew. */
  willUpdate(changed) {
    if (changed.has("alarms") || changed.has("fleet")) {
      this.#unordered = this.fleet ? unorderedOf(this.alarms) : new Set();
    }
  }

  #done() {
    this.picked = new Set();
    this.dispatchEvent(new Event("acknowledged"));
  }

  get #areas() {
    return [...new Set(this.alarms.map((a) => areaOf(a.tag)))].sort();
  }

  /** A filter for an area that has no alarm any more would hide all others, and be in no choice. */
  updated() {
    if (!this.fleet && this.area && this.alarms.length && !this.#areas.includes(this.area)) {
      this.#filter({ area: "" });
    }
  }

  #inState(alarm) {
    switch (this.state) {
      case "open":
        return isActive(alarm);
      case "past":
        return !isOpen(alarm);
      case "hidden":
        return isHidden(alarm);
      default:
        return alarm.state === this.state;
    }
  }

  get #shown() {
    const words = this.text.toLowerCase().split(/\s+/).filter(Boolean);
    const order = this.state === "past" ? (a, b) => millis(b.raisedAt) - millis(a.raisedAt) : byUrgency;
    return this.alarms
      .filter((a) => this.#inState(a))
      .filter((a) => this.priorities.size === 0 || this.priorities.has(a.priority))
      .filter((a) => !this.area || areaOf(a.tag) === this.area)
      .filter((a) => {
        const text = `${a.gateway} ${a.message} ${a.name} ${a.tag} ${a.action ?? ""}`.toLowerCase();
        return words.every((w) => text.includes(w));
      })
      .sort(order);
  }

  render() {
    const found = this.#shown;
    const shown = found.slice(0, this.most);
    return html`
      ${this.#filters(found.length)} ${this.#actions(shown)}
      <div class="scroll" tabindex="0" role="region" aria-label=${t("view.alarms")}>
        <table class="alarms" data-testid="alarms">
          <thead>
            <tr>
              <th scope="col">${this.#pickAll(shown)}</th>
              <th scope="col">${t("alarms.priority")}</th>
              <th scope="col">${t("alarms.state")}</th>
              <th scope="col">${t("alarms.message")}</th>
              <th scope="col">${this.fleet ? `${t("alarms.gateway")}, ${t("alarms.tag")}` : t("alarms.tag")}</th>
              <th scope="col" class="number">${t("alarms.value")}</th>
              <th scope="col" class="number">${t("alarms.raised")}</th>
              <th scope="col">${t("alarms.acknowledged")}</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(shown, key, (alarm) => this.#row(alarm))}
          </tbody>
        </table>
        ${found.length > this.most ? html`<p class="empty">${t("alarms.first", { n: this.most })}</p>` : nothing}
        ${shown.length === 0 ? html`<p class="empty">${this.more ? t("alarms.empty-more", { n: this.alarms.length }) : t("alarms.empty")}</p>` : nothing}
      </div>
    `;
  }

  #filters(count) {
    return html`<div class="toolbar" role="search">
      <label class="search"
        ><span>${t("alarms.state")}</span>
        <select data-testid="alarm-state" .value=${this.state} @change=${(e) => this.#filter({ state: e.target.value })}>
          ${STATES.map(
            (s) =>
              html`<option value=${s} ?selected=${s === this.state}>
                ${GROUPS.includes(s) ? t(`alarms.${s}`) : word("alarm", s)}
              </option>`,
          )}
        </select></label
      >
      <div class="tabs" role="group" aria-label=${t("alarms.priority")}>
        ${PRIORITIES.map(
          (p) =>
            html`<button
              type="button"
              data-testid="priority-${p}"
              aria-pressed=${this.priorities.has(p)}
              @click=${() => this.#toggle(p)}
            >
              ${prioritySymbol(p, true)} ${this.#numberOf(p)}
            </button>`,
        )}
      </div>
      ${this.fleet ? nothing : this.#areaFilter()}
      <label class="search"
        ><span>${t("alarms.text")}</span
        ><input
          type="search"
          data-testid="alarm-text"
          placeholder=${t("alarms.text.hint")}
          .value=${this.text}
          @input=${this.fleet ? this.#typed : (e) => (this.text = e.target.value)}
      /></label>
      <span class="muted" data-testid="alarm-count"
        >${this.fleet
          ? t(this.more ? "alarms.count-more" : "alarms.count-fleet", { n: count })
          : t("alarms.count", { n: count, all: this.alarms.length })}</span
      >
      ${this.#hidden()}
    </div>`;
  }

  #areaFilter() {
    return html`<label class="search"
      ><span>${t("alarms.area")}</span>
      <select data-testid="alarm-area" .value=${this.area} @change=${(e) => this.#filter({ area: e.target.value })}>
        <option value="">${t("alarms.all")}</option>
        ${this.#areas.map((a) => html`<option value=${a} ?selected=${a === this.area}>${a}</option>`)}
      </select></label
    >`;
  }

  /** How many there are of a priority; of a fleet the centre has counted them. */
  #numberOf(priority) {
    return this.counts && this.state === "open"
      ? this.counts[priority]
      : this.alarms.filter((a) => a.priority === priority && this.#inState(a)).length;
  }

  /** How many are put aside, and the way to them. */
  #hidden() {
    const n = this.counts ? this.counts.hidden : this.alarms.filter(isHidden).length;
    return n
      ? html`<button type="button" data-testid="alarms-hidden" @click=${() => this.#filter({ state: "hidden" })}>
          ${t("alarms.hidden-n", { n })}
        </button>`
      : nothing;
  }

  #pickAll(shown) {
    const all = shown.length > 0 && shown.every((a) => this.picked.has(key(a)));
    return html`<label class="pick"
      ><input
        type="checkbox"
        data-testid="pick-all"
        .checked=${all}
        @change=${(e) => (this.picked = new Set(e.target.checked ? shown.map(key) : []))}
      /><span class="hidden">${t("alarms.choose-all")}</span></label
    >`;
  }

  /** Of those that were chosen each deed takes the ones whose state allows it. */
  #actions(shown) {
    const chosen = shown.filter((a) => this.picked.has(key(a)));
    if (chosen.length === 0) {
      return nothing;
    }
    const deeds = this.fleet ? ["acknowledge", "shelve", "unshelve", "reset"] : ["acknowledge", "shelve", "unshelve", "return-to-service", "reset"];
    return html`<div class="toolbar actions" role="group" aria-label=${t("alarms.chosen", { n: chosen.length })}>
      <strong data-testid="alarms-chosen">${t("alarms.chosen", { n: chosen.length })}</strong>
      ${deeds.map((deed) => {
        const fit = chosen.filter((a) => can(deed, a));
        const done = () => this.#done();
        return fit.length
          ? deedButton(deed, fit, this.who, done, `${t(`alarms.${deed}`)} (${fit.length})`)
          : nothing;
      })}
    </div>`;
  }

  #row(alarm) {
    const waits = needsAcknowledge(alarm);
    const unordered = this.#unordered.has(alarm);
    const message = html`<strong>${alarm.message || alarm.name}</strong>`;
    return html`<tr
      class=${waits ? "waits" : ""}
      data-testid="alarm"
      data-id=${alarm.id}
      data-state=${alarm.state}
      data-name=${alarm.name}
    >
      <td>
        ${isOpen(alarm)
          ? html`<label class="pick"
              ><input
                type="checkbox"
                .checked=${this.picked.has(key(alarm))}
                @change=${(e) => this.#pick(alarm, e.target.checked)}
              /><span class="hidden">${t("alarms.choose-one", { name: alarm.name, tag: alarm.tag })}</span></label
            >`
          : nothing}
      </td>
      <td>
        <span class="priority">${symbol(alarm)} ${word("priority", alarm.priority)}</span>
        ${alarm.escalatedFrom
          ? html`<span class="muted" data-testid="escalated">▲ ${t("alarms.escalated", { from: word("priority", alarm.escalatedFrom) })}</span>`
          : nothing}
      </td>
      <td class=${this.fleet ? "state-words" : ""}>${word("alarm", alarm.state)}</td>
      <td class="message">
        ${this.one ? html`<a class="row-link" href=${this.one(alarm)}>${message}</a>` : message}
        ${alarm.firstOut
          ? html`<span class="first-out" data-testid="first-out" title=${alarm.firstOutGroup}>① ${t("alarms.first-out")}</span>`
          : nothing}
        ${alarm.action ? html`<span class="muted">${alarm.action}</span>` : nothing}
      </td>
      <td class="name">${this.fleet ? html`<span class="muted because">${alarm.gateway}</span>` : nothing}${alarm.tag}</td>
      <td class="number">${valueText(alarm.value)}</td>
      <td class="number time">
        <span title=${timeTitle(alarm, unordered)}
          >${unordered ? "≈ " : ""}${timeText(alarm.raisedAt, this.now)}</span
        >
        ${alarm.clearedAt
          ? html`<span class="muted">${t("alarms.cleared", { time: timeText(alarm.clearedAt, this.now) })}</span>`
          : nothing}
      </td>
      <td>
        ${alarm.acknowledgedAt
          ? html`<span class="stack"
              ><span>${alarm.acknowledgedBy ?? ""}</span>
              <span class="muted">${timeText(alarm.acknowledgedAt, this.now)}</span></span
            >`
          : waits
            ? acknowledgeButton([alarm], this.who, () => this.#done())
            : nothing}
      </td>
    </tr>`;
  }
}

customElements.define("drme-alarms", AlarmList);
