import { LitElement, html, nothing, svg } from "lit";
import { ProblemError, get, list, mayAct, post } from "/assets/parts/api.js";
import { durationText, millis, reasonText, timeText, valueText } from "/assets/parts/format.js";
import { toast } from "/assets/parts/shell.js";

const PRIORITIES = ["critical", "high", "medium", "low"];

/** Shape, letter and colour all tell the priority, so that no one of them has to be seen. */
const SHAPES = {
  critical: svg`<path d="M1 1h18v18H1z" />`,
  high: svg`<path d="M10 1 19.5 18.5H.5z" />`,
  medium: svg`<path d="M10 .5 19.5 10 10 19.5.5 10z" />`,
  low: svg`<circle cx="10" cy="10" r="9" />`,
};

const needsAcknowledge = (alarm) => alarm.state === "unacknowledged" || alarm.state === "returned";
export const isActive = (alarm) => alarm.state !== "normal";
const key = (alarm) => `${alarm.gateway}/${alarm.id}`;

/** Most urgent first: what waits for a person, then by priority, then the newest. */
export function byUrgency(a, b) {
  const waits = needsAcknowledge(b) - needsAcknowledge(a);
  const rank = (x) => (PRIORITIES.indexOf(x.priority) + 4) % 4;
  return waits || rank(a) - rank(b) || millis(b.raisedAt) - millis(a.raisedAt);
}

/** Whether what the clocks of two gateways may be off by leaves open which of two alarms was first. */
export function mayBeAtTheTimeOf(a, b) {
  if (a.gateway === b.gateway) return false;
  if (a.raisedAtUncertainty == null || b.raisedAtUncertainty == null) return true;
  return (
    Math.abs(millis(a.raisedAt) - millis(b.raisedAt)) <= (a.raisedAtUncertainty + b.raisedAtUncertainty) * 1000
  );
}

function timeTitle(alarm, unordered) {
  if (!unordered) return alarm.raisedAt ?? "";
  const off =
    alarm.raisedAtUncertainty == null
      ? "nothing keeps this gateway's clock right"
      : `may be off by ${alarm.raisedAtUncertainty} s`;
  return `${alarm.raisedAt ?? ""} (${off}; alarms of other gateways may have come before or after)`;
}

/** The states in which an alarm is still of interest, whenever it was raised. */
const OPEN_STATES = ["unacknowledged", "acknowledged", "returned", "latched", "shelved"];

/** How far back past occurrences are shown. */
const PAST_MS = 7 * 86_400_000;

/** How many of the newest occurrences are shown beside the open ones. */
const NEWEST = 300;

/** The open alarms and the newest past ones, kept from the list and the live feed. */
export class AlarmBook extends EventTarget {
  #alarms = new Map();
  #heardMeanwhile = [];

  async read() {
    this.#heardMeanwhile = [];
    const parts = await Promise.all([
      get("/api/v1/alarms", { limit: NEWEST, from: new Date(Date.now() - PAST_MS).toISOString() }).then((page) => page.items),
      ...OPEN_STATES.map((state) => list("/api/v1/alarms", { state })),
    ]);
    // What the feed told while the lists were read is newer than they are.
    this.#alarms = new Map([...parts.flat(), ...this.#heardMeanwhile].map((a) => [key(a), a]));
    this.dispatchEvent(new Event("change"));
  }

  merge(items) {
    this.#heardMeanwhile.push(...items);
    items.forEach((a) => this.#alarms.set(key(a), a));
    this.dispatchEvent(new Event("change"));
  }

  get all() {
    return [...this.#alarms.values()];
  }

  get active() {
    return this.all.filter(isActive).sort(byUrgency);
  }

  get waiting() {
    return this.active.filter(needsAcknowledge).length;
  }
}

export function symbol(alarm) {
  const waits = needsAcknowledge(alarm);
  return html`<svg
    class="alarm-symbol ${alarm.priority} ${waits ? "filled" : "outlined"}"
    viewBox="0 0 20 20"
    role="img"
    aria-label=${alarm.priority}
  >
    ${SHAPES[alarm.priority] ?? SHAPES.low}<text x="10" y="14.5">${alarm.priority[0].toUpperCase()}</text>
  </svg>`;
}

async function acknowledge(alarms) {
  try {
    const answer =
      alarms.length === 1
        ? await post(`/api/v1/alarms/${encodeURIComponent(alarms[0].id)}/acknowledge`)
        : await post("/api/v1/alarms/acknowledge", { ids: alarms.map((a) => a.id) });
    tellResults(answer?.items ?? [answer ?? {}]);
    return true;
  } catch (e) {
    toast(e instanceof ProblemError ? e.text : String(e));
    return false;
  }
}

/** The centre only sends the wish; it is the gateway that acknowledges. */
function tellResults(results) {
  const refused = results.filter((r) => r.result === "not-sent");
  if (refused.length) {
    toast(`${refused.length} not sent: ${refused[0].detail ?? refused[0].id}`);
  } else if (results.some((r) => r.result === "sent")) {
    toast("Sent to the gateway, which confirms it in a moment.");
  }
}

/** The most urgent alarm over all views, or that there is none. */
export class AlarmBanner extends LitElement {
  static properties = {
    alarms: { attribute: false },
    role: { attribute: false },
    now: { attribute: false },
    fleet: { type: Boolean },
  };

  createRenderRoot() {
    return this;
  }

  render() {
    const alarms = this.alarms ?? [];
    const first = alarms[0];
    if (!first) {
      return html`<div class="alarm-banner quiet" data-testid="alarm-banner" role="status">No active alarms</div>`;
    }
    const others = alarms.length - 1;
    return html`<div class="alarm-banner ${first.priority}" data-testid="alarm-banner" role="alert">
      ${symbol(first)}
      <span class="what">
        <strong>${first.message || first.name}</strong>
        <span class="muted">${this.fleet ? `${first.gateway} · ` : ""}${first.tag} · ${first.priority} · ${reasonText(first.state)} · ${durationText(this.now - millis(first.raisedAt))}</span>
      </span>
      ${first.action ? html`<span class="action">${first.action}</span>` : nothing}
      <a href="#alarms" class="more">${others > 0 ? `and ${others} more` : "details"}</a>
      ${needsAcknowledge(first) ? acknowledgeButton([first], this.role, () => this.#done()) : nothing}
    </div>`;
  }

  /** Whether it may have come before or after an alarm of another gateway: clocks are off by something. */
  #unordered(alarm) {
    return this.fleet && this.alarms.some((other) => mayBeAtTheTimeOf(alarm, other));
  }

  #done() {
    this.dispatchEvent(new Event("acknowledged"));
  }
}

function acknowledgeButton(alarms, role, done, text = "Acknowledge") {
  const may = mayAct(role, "operator");
  return html`<button
    type="button"
    class="primary"
    data-testid="acknowledge"
    ?disabled=${!may || alarms.length === 0}
    title=${may ? "" : "needs the role operator"}
    @click=${async (e) => {
      const button = e.currentTarget;
      button.disabled = true;
      const ok = await acknowledge(alarms);
      button.disabled = false;
      if (ok) {
        done();
      }
    }}
  >
    ${text}
  </button>`;
}

/** All alarms, active or past, with acknowledge for one or several. */
export class AlarmList extends LitElement {
  static properties = {
    alarms: { attribute: false },
    role: { attribute: false },
    now: { attribute: false },
    fleet: { type: Boolean },
    past: { state: true },
    picked: { state: true },
  };

  constructor() {
    super();
    this.alarms = [];
    this.past = false;
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

  /** Whether it may have come before or after an alarm of another gateway: clocks are off by something. */
  #unordered(alarm) {
    return this.fleet && this.alarms.some((other) => mayBeAtTheTimeOf(alarm, other));
  }

  #done() {
    this.picked = new Set();
    this.dispatchEvent(new Event("acknowledged"));
  }

  render() {
    const active = this.alarms.filter(isActive).sort(byUrgency);
    const past = this.alarms
      .filter((a) => !isActive(a))
      .sort((a, b) => millis(b.raisedAt) - millis(a.raisedAt));
    const shown = this.past ? past : active;
    const waiting = active.filter(needsAcknowledge);
    const chosen = waiting.filter((a) => this.picked.has(key(a)));
    return html`
      <div class="toolbar">
        <div class="tabs" role="tablist" aria-label="Which alarms">
          ${this.#tab(false, `Active (${active.length})`)} ${this.#tab(true, `Past (${past.length})`)}
        </div>
        <span class="spring"></span>
        ${!this.past && waiting.length > 1
          ? acknowledgeButton(
              chosen.length ? chosen : waiting,
              this.role,
              () => this.#done(),
              chosen.length ? `Acknowledge ${chosen.length} chosen` : `Acknowledge all ${waiting.length}`,
            )
          : nothing}
      </div>
      <div class="scroll" tabindex="0">
        <table class="alarms" data-testid="alarms">
          <thead>
            <tr>
              <th scope="col"><span class="hidden">choose</span></th>
              <th scope="col">Priority</th>
              <th scope="col">State</th>
              ${this.fleet ? html`<th scope="col">Gateway</th>` : nothing}
              <th scope="col">Message, and what to do</th>
              <th scope="col">Tag</th>
              <th scope="col" class="number">Value</th>
              <th scope="col" class="number">Raised</th>
              <th scope="col">Acknowledged</th>
            </tr>
          </thead>
          <tbody>
            ${shown.map((alarm) => this.#row(alarm))}
          </tbody>
        </table>
        ${shown.length === 0
          ? html`<p class="empty">${this.past ? "No past alarms." : "No active alarms."}</p>`
          : nothing}
      </div>
    `;
  }

  #tab(past, text) {
    return html`<button
      type="button"
      role="tab"
      aria-selected=${this.past === past}
      @click=${() => (this.past = past)}
    >
      ${text}
    </button>`;
  }

  #row(alarm) {
    const waits = needsAcknowledge(alarm);
    return html`<tr
      class=${waits ? "waits" : ""}
      data-testid="alarm"
      data-id=${alarm.id}
      data-state=${alarm.state}
      data-name=${alarm.name}
    >
      <td>
        ${waits
          ? html`<input
              type="checkbox"
              aria-label="choose ${alarm.name}"
              .checked=${this.picked.has(key(alarm))}
              @change=${(e) => this.#pick(alarm, e.target.checked)}
            />`
          : nothing}
      </td>
      <td><span class="priority">${symbol(alarm)} ${alarm.priority}</span></td>
      <td>${reasonText(alarm.state)}</td>
      ${this.fleet ? html`<td>${alarm.gateway}</td>` : nothing}
      <td class="message">
        <strong>${alarm.message || alarm.name}</strong>
        ${alarm.action ? html`<span class="muted">${alarm.action}</span>` : nothing}
      </td>
      <td class="name">${alarm.tag}</td>
      <td class="number">${valueText(alarm.value)}</td>
      <td class="number time">
        <span title=${timeTitle(alarm, this.#unordered(alarm))}
          >${this.#unordered(alarm) ? "≈ " : ""}${timeText(alarm.raisedAt, this.now)}</span
        >
        ${alarm.clearedAt ? html`<span class="muted">cleared ${timeText(alarm.clearedAt, this.now)}</span>` : nothing}
      </td>
      <td>
        ${alarm.acknowledgedAt
          ? html`<span class="stack"
              ><span>${alarm.acknowledgedBy ?? ""}</span>
              <span class="muted">${timeText(alarm.acknowledgedAt, this.now)}</span></span
            >`
          : waits
            ? acknowledgeButton([alarm], this.role, () => this.#done())
            : nothing}
      </td>
    </tr>`;
  }
}

customElements.define("drme-alarm-banner", AlarmBanner);
customElements.define("drme-alarms", AlarmList);
