import { LitElement, html, nothing, svg } from "lit";
import { ProblemError, get, list, mayAct, post } from "/assets/parts/api.js";
import { ask } from "/assets/parts/ask.js";
import { durationText, millis } from "/assets/parts/format.js";
import { toast } from "/assets/parts/shell.js";
import { t, word } from "/assets/parts/text.js";

export const PRIORITIES = ["critical", "high", "medium", "low"];

/** Shape, letter and colour all tell the priority, so that no one of them has to be seen. */
const SHAPES = {
  critical: svg`<path d="M1 1h18v18H1z" />`,
  high: svg`<path d="M10 1 19.5 18.5H.5z" />`,
  medium: svg`<path d="M10 .5 19.5 10 10 19.5.5 10z" />`,
  low: svg`<circle cx="10" cy="10" r="9" />`,
};

/** Whether it waits for a person. */
export const needsAcknowledge = (alarm) => alarm.state === "unacknowledged" || alarm.state === "returned";

/** Put aside by a person or by design: not over, and nothing that a person has to see now. */
export const HIDDEN = ["shelved", "suppressed", "out-of-service"];
export const isHidden = (alarm) => HIDDEN.includes(alarm.state);
/** Not over, hidden or not. */
export const isOpen = (alarm) => alarm.state !== "normal";
export const isActive = (alarm) => isOpen(alarm) && !isHidden(alarm);
export const key = (alarm) => `${alarm.gateway}/${alarm.id}`;

/** Most urgent first: what waits for a person, then by priority, then the newest. */
export function byUrgency(a, b) {
  const waits = needsAcknowledge(b) - needsAcknowledge(a);
  const rank = (x) => (PRIORITIES.indexOf(x.priority) + 4) % 4;
  return waits || rank(a) - rank(b) || millis(b.raisedAt) - millis(a.raisedAt);
}

/**
 * Those alarms of which what the clocks may be off by leaves open whether one of another gateway was
 * first: the spans of time in which the two may have been raised meet. Where nobody knows a clock a
 * span has no end. Two looks along the sorted spans, as thousands may be listed.
 */
export function unorderedOf(alarms) {
  const spans = alarms
    .map((alarm) => {
      const off = alarm.raisedAtUncertainty == null ? Infinity : alarm.raisedAtUncertainty * 1000;
      const at = millis(alarm.raisedAt);
      return { alarm, from: at - off, to: at + off };
    })
    .sort((a, b) => a.from - b.from);
  const found = new Set();
  markMeeting(
    spans,
    (s) => s.from,
    (s) => s.to,
    found,
  );
  // And backwards, each with those that begin behind it.
  markMeeting(
    spans.reverse(),
    (s) => -s.to,
    (s) => -s.from,
    found,
  );
  return found;
}

/** Marks those of sorted spans that begin before an earlier one of another gateway has ended. */
function markMeeting(sorted, from, to, found) {
  // The latest end, and the latest of any other gateway than that one's.
  let most = { gateway: null, end: -Infinity };
  let other = { gateway: null, end: -Infinity };
  for (const span of sorted) {
    const { gateway } = span.alarm;
    const before = most.gateway === gateway ? other : most;
    if (before.gateway !== null && from(span) <= before.end) {
      found.add(span.alarm);
    }
    const end = to(span);
    if (gateway === most.gateway) {
      most.end = Math.max(most.end, end);
    } else if (end > most.end || most.gateway === null) {
      [other, most] = [most, { gateway, end }];
    } else if (end > other.end || other.gateway === null) {
      other = { gateway, end };
    }
  }
}

/** When it was raised, and by what that may be off. */
export function timeTitle(alarm, unordered) {
  if (!unordered) return alarm.raisedAt ?? "";
  const off =
    alarm.raisedAtUncertainty == null
      ? t("alarms.clock-unknown")
      : t("alarms.clock-off", { n: alarm.raisedAtUncertainty });
  return t("alarms.order-unknown", { time: alarm.raisedAt ?? "", off });
}

/** The states in which an alarm is still of interest, whenever it was raised. */
const OPEN_STATES = ["unacknowledged", "acknowledged", "returned", "latched", ...HIDDEN];

/** How far back past occurrences are shown. */
const PAST_MS = 7 * 86_400_000;

/** How many of the newest occurrences are shown beside the open ones. */
const NEWEST = 300;

/** The open alarms and the newest past ones, kept from the list and the live feed. */
export class AlarmBook extends EventTarget {
  #alarms = new Map();
  /** What the feed tells while the lists are being read, one for each reading. */
  #heardMeanwhile = new Set();

  async read() {
    const meanwhile = [];
    this.#heardMeanwhile.add(meanwhile);
    try {
      // What the feed told while the lists were read is newer than they are.
      const items = [...(await this.#lists()), ...meanwhile];
      this.#alarms = new Map(items.map((a) => [key(a), a]));
    } finally {
      this.#heardMeanwhile.delete(meanwhile);
    }
    this.dispatchEvent(new Event("change"));
  }

  async #lists() {
    const parts = await Promise.all([
      get("/api/v1/alarms", { limit: NEWEST, from: new Date(Date.now() - PAST_MS).toISOString() }).then((page) => page.items),
      ...OPEN_STATES.map((state) => list("/api/v1/alarms", { state })),
    ]);
    return parts.flat();
  }

  merge(items) {
    this.#heardMeanwhile.forEach((meanwhile) => meanwhile.push(...items));
    items.forEach((a) => this.#alarms.set(key(a), a));
    this.dispatchEvent(new Event("change"));
  }

  get all() {
    return [...this.#alarms.values()];
  }

  get active() {
    return this.all.filter(isActive).sort(byUrgency);
  }

  get hidden() {
    return this.all.filter(isHidden).sort(byUrgency);
  }
}

/** Its priority by shape, letter and colour; filled while it waits for a person. */
export function symbol(alarm) {
  return prioritySymbol(alarm.priority, needsAcknowledge(alarm));
}

export function prioritySymbol(priority, filled) {
  return html`<svg
    class="alarm-symbol ${priority} ${filled ? "filled" : "outlined"}"
    viewBox="0 0 20 20"
    role="img"
    aria-label=${word("priority", priority)}
  >
    ${SHAPES[priority] ?? SHAPES.low}<text x="10" y="14.5">${word("priority", priority)[0].toUpperCase()}</text>
  </svg>`;
}

/** What a person can do, and in which states. */
const DEEDS = {
  acknowledge: { states: ["unacknowledged", "returned"], label: "alarms.acknowledge", title: "ask.acknowledge" },
  shelve: { states: ["unacknowledged", "acknowledged", "returned", "latched"], label: "alarms.shelve", title: "ask.shelve" },
  unshelve: { states: ["shelved"], label: "alarms.unshelve", title: "ask.unshelve" },
  reset: { states: ["latched"], label: "alarms.reset", title: "ask.reset" },
  "return-to-service": {
    states: ["out-of-service"],
    label: "alarms.return-to-service",
    title: "ask.return-to-service",
    role: "engineer",
  },
  comment: { states: [...OPEN_STATES], label: "alarms.comment", title: "ask.comment-title" },
};

/** Whether something can be done about an alarm in its present state. */
export const can = (deed, alarm) => DEEDS[deed].states.includes(alarm.state);

/**
 * Asks for what a deed needs, and does it; on a screen that is signed in for everybody also who it
 * is.
 *
 * @returns a promise: whether it was done
 */
export function doAsking(deed, alarms, who) {
  const { title, role = "operator" } = DEEDS[deed];
  const first = alarms[0].message || alarms[0].name;
  return ask({
    title: t(title),
    what: t("ask.what", { n: alarms.length, first, more: alarms.length - 1 }),
    words:
      deed === "shelve"
        ? { label: t("ask.reason"), required: true }
        : { label: t(deed === "comment" ? "ask.comment-needed" : "ask.comment"), required: deed === "comment" },
    times: deed === "shelve",
    who: !mayAct(who?.role, role),
    act: async ({ words, time, person }) => {
      const body = deed === "shelve" ? { for: time, reason: words } : words ? { comment: words } : {};
      tellResults(await send(deed, alarms, body, person));
    },
  });
}

/** One by one but for acknowledging; the first that is refused for who asks ends it. */
async function send(deed, alarms, body, person) {
  if (deed === "acknowledge" && alarms.length > 1) {
    const answer = await post("/api/v1/alarms/acknowledge", { ids: alarms.map((a) => a.id), ...body }, person);
    return answer?.items ?? [];
  }
  const results = [];
  for (const alarm of alarms) {
    try {
      results.push((await post(`/api/v1/alarms/${encodeURIComponent(alarm.id)}/${deed}`, body, person)) ?? {});
    } catch (e) {
      if (!(e instanceof ProblemError) || alarms.length === 1 || [401, 403, 429].includes(e.problem.status)) {
        throw e;
      }
      results.push({ id: alarm.id, result: "failed", detail: e.text });
    }
  }
  return results;
}

/** The centre only sends the wish; it is the gateway that acknowledges. */
function tellResults(results) {
  const unsent = results.filter((r) => r.result === "not-sent");
  const failed = results.filter((r) => r.result === "failed" || /^(refused|no such)/.test(r.result ?? ""));
  if (unsent.length) {
    toast(t("alarms.not-sent", { n: unsent.length, why: unsent[0].detail ?? unsent[0].id }));
  } else if (failed.length) {
    toast(t("alarms.failed", { n: failed.length, why: failed[0].detail ?? failed[0].result }));
  } else if (results.some((r) => r.result === "sent")) {
    toast(t("alarms.sent"));
  } else {
    toast(t("alarms.done", { n: Math.max(1, results.length) }));
  }
}

/** Acknowledges without a word, where who it is is known. */
async function acknowledge(alarms) {
  try {
    tellResults(await send("acknowledge", alarms, {}, null));
    return true;
  } catch (e) {
    toast(e instanceof ProblemError ? e.text : String(e));
    return false;
  }
}

/** The most urgent alarm over all views, or that there is none. */
export class AlarmBanner extends LitElement {
  static properties = {
    alarms: { attribute: false },
    who: { attribute: false },
    now: { attribute: false },
    all: { attribute: false },
    one: { attribute: false },
    aside: { attribute: false },
    /** How many there are, where not all of them came. */
    count: { attribute: false },
    fleet: { type: Boolean },
  };

  constructor() {
    super();
    this.all = "#alarms";
    this.one = null;
    this.aside = null;
    this.count = null;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const alarms = this.alarms ?? [];
    const first = alarms[0];
    if (!first) {
      return html`<div class="alarm-banner quiet" data-testid="alarm-banner" role="status">
        <span>${t("alarms.none")}</span> <span class="more">${this.#hidden()}</span>
      </div>`;
    }
    const others = (this.count ?? alarms.length) - 1;
    const words = [first.tag, word("priority", first.priority), word("alarm", first.state)];
    const text = [...(this.fleet ? [first.gateway] : []), ...words];
    // How long it has been so changes each second, and must not be read out each second.
    return html`<div class="alarm-banner ${first.priority}" data-testid="alarm-banner">
      ${symbol(first)}
      <span class="what">
        <span role="alert" data-testid="banner-alert">
          <strong>${first.message || first.name}</strong>
          <span class="muted">${text.join(" · ")}</span>
        </span>
        <span class="muted">· ${durationText(this.now - millis(first.raisedAt))}</span>
      </span>
      ${first.action ? html`<span class="action">${first.action}</span>` : nothing}
      <span class="more">
        ${this.one ? html`<a href=${this.one(first)} data-testid="banner-one">${t("alarms.details")}</a>` : nothing}
        ${others > 0 || !this.one
          ? html`<a href=${this.all}>${others > 0 ? t("alarms.more", { n: others }) : t("alarms.details")}</a>`
          : nothing}
        ${this.#hidden()}
      </span>
      ${needsAcknowledge(first) ? acknowledgeButton([first], this.who, () => this.#done()) : nothing}
    </div>`;
  }

  /** That some are put aside has to be seen, so that none is forgotten; `aside` is {n, href}. */
  #hidden() {
    return this.aside?.n
      ? html`<a href=${this.aside.href} data-testid="banner-hidden">${t("alarms.hidden-n", { n: this.aside.n })}</a>`
      : nothing;
  }

  #done() {
    this.dispatchEvent(new Event("acknowledged"));
  }
}

/** Acknowledges at once; on a screen for everybody, which is only signed in to look, it asks who it is. */
export function acknowledgeButton(alarms, who, done) {
  return html`<button
    type="button"
    class="primary"
    data-testid="acknowledge"
    ?disabled=${!mayTry(who)}
    title=${mayTry(who) ? "" : t("alarms.needs-operator")}
    @click=${async (e) => {
      const button = e.currentTarget;
      button.disabled = true;
      const ok = await (mayAct(who?.role, "operator") ? acknowledge(alarms) : doAsking("acknowledge", alarms, who));
      button.disabled = false;
      if (ok) {
        done();
      }
    }}
  >
    ${t("alarms.acknowledge")}
  </button>`;
}

/** A button that asks for words first. */
export function deedButton(deed, alarms, who, done, text = t(DEEDS[deed].label)) {
  return html`<button
    type="button"
    data-testid="deed-${deed}"
    class=${deed === "acknowledge" ? "primary" : ""}
    ?disabled=${!mayTry(who, DEEDS[deed].role) || alarms.length === 0}
    title=${mayTry(who, DEEDS[deed].role) ? "" : t(`alarms.needs-${DEEDS[deed].role ?? "operator"}`)}
    @click=${async () => (await doAsking(deed, alarms, who)) && done()}
  >
    ${text}
  </button>`;
}

/** Who has the role by themselves; from a screen for everybody by name and PIN. */
const mayTry = (who, role = "operator") => mayAct(who?.role, role) || who?.role === "wall";

customElements.define("drme-alarm-banner", AlarmBanner);
