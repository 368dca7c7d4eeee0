// The gateway's own page: what the plant's staff sees, without internet.
import { LitElement, html, nothing } from "lit";
import { ProblemError, get, list, session } from "/assets/parts/api.js";
import { Live } from "/assets/parts/live.js";
import { bytesText, countText, hoursText, reasonText } from "/assets/parts/format.js";
import { AlarmBook } from "/assets/parts/alarms.js";
import { lost } from "/assets/parts/accounting.js";
import { stateMark } from "/assets/parts/devices.js";
import "/assets/parts/shell.js";
import "/assets/parts/value.js";
import "/assets/parts/trend.js";
import "/assets/parts/why.js";

const DEVICES_EVERY_MS = 3_000;
const FIGURES_EVERY_MS = 3_000;
const ALARMS_EVERY_MS = 20_000;
const CLOCK_EVERY_MS = 1_000;
/** What gives way once the store is full, by when-full. */
const THEN = {
  "drop-oldest": "the oldest samples are dropped",
  thin: "the oldest samples are thinned",
  stop: "new samples are refused",
};
const VIEWS = ["values", "alarms", "devices", "store"];

class PlantPage extends LitElement {
  static properties = {
    who: { state: true },
    view: { state: true },
    items: { state: true },
    chosen: { state: true },
    devices: { state: true },
    reconcile: { state: true },
    status: { state: true },
    problems: { state: true },
    live: { state: true },
    now: { state: true },
  };

  #latest = new Map();
  #dirty = false;
  #book = new AlarmBook();
  #live = new Live();
  #lastHeard = null;

  constructor() {
    super();
    this.items = [];
    this.devices = [];
    this.problems = {};
    this.live = "connecting";
    this.now = Date.now();
    this.view = this.#viewOfHash();
    addEventListener("hashchange", () => (this.view = this.#viewOfHash()));
  }

  createRenderRoot() {
    return this;
  }

  #viewOfHash() {
    const view = location.hash.slice(1);
    return VIEWS.includes(view) ? view : VIEWS[0];
  }

  async connectedCallback() {
    super.connectedCallback();
    this.who = await session();
    this.#book.addEventListener("change", () => this.requestUpdate());
    this.#live.addEventListener("state", (e) => (this.live = e.detail));
    this.#live.addEventListener("samples", (e) => this.#onSamples(e.detail));
    this.#live.addEventListener("alarms", (e) => this.#book.merge(e.detail));
    this.#live.addEventListener("resync", () => this.#readAll());
    this.#live.subscribe("**");
    this.#every(CLOCK_EVERY_MS, () => this.#tick());
    this.#every(DEVICES_EVERY_MS, () => this.#readDevices());
    this.#every(FIGURES_EVERY_MS, () => this.#readFigures());
    this.#every(ALARMS_EVERY_MS, () => this.#readAlarms());
    this.#readAll();
  }

  #every(ms, act) {
    setInterval(() => document.hidden || act(), ms);
  }

  #readAll() {
    this.#read("latest", async () => this.#onSamples(await list("/api/v1/latest")));
    this.#readAlarms();
    this.#readDevices();
    this.#readFigures();
  }

  #readAlarms() {
    this.#read("alarms", () => this.#book.read());
  }

  #readDevices() {
    this.#read("devices", async () => (this.devices = await list("/api/v1/devices")));
  }

  async #readFigures() {
    await this.#read("status", async () => (this.status = await get("/api/v1/status")));
    const gateway = this.status?.gateway;
    this.#read("reconcile", async () => (this.reconcile = await get("/api/v1/reconcile", { gateway })));
  }

  /** Reads one thing; what goes wrong is shown where the thing would be. */
  async #read(what, act) {
    let problem = null;
    try {
      await act();
    } catch (e) {
      problem = e instanceof ProblemError ? e.text : String(e);
    }
    this.problems = { ...this.problems, [what]: problem };
  }

  #onSamples(items) {
    this.#lastHeard = Date.now();
    for (const item of items) {
      this.#latest.set(`${item.gateway}/${item.tag}`, item);
    }
    this.#dirty = true;
  }

  #tick() {
    this.now = Date.now();
    if (this.#dirty || this.items.length === 0) {
      this.#dirty = false;
      this.items = [...this.#latest.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1));
    }
    if (this.chosen) {
      this.chosen = this.#latest.get(`${this.chosen.gateway}/${this.chosen.tag}`) ?? this.chosen;
    } else if (this.items.length > 0) {
      this.chosen = this.items.find((i) => typeof i.value === "number") ?? this.items[0];
    }
  }

  render() {
    const faults = this.devices.filter((d) => d.state !== "good" && d.state !== "connected").length;
    const gateway = this.status?.gateway ?? this.items[0]?.gateway ?? "gateway";
    return html`
      <drme-shell
        .name=${gateway}
        .place=${this.status?.configuration?.site ?? ""}
        .views=${[
          { id: "values", title: "Values" },
          { id: "alarms", title: "Alarms", badge: this.#book.active.length || "" },
          { id: "devices", title: "Devices", badge: faults || "" },
          { id: "store", title: "Store and uplink" },
        ]}
        .view=${this.view}
        .who=${this.who}
        .live=${this.live}
        .lastHeard=${this.#lastHeard}
        .now=${this.now}
      ></drme-shell>
      <drme-alarm-banner
        .alarms=${this.#book.active}
        .role=${this.who?.role}
        .now=${this.now}
        @acknowledged=${() => this.#readAlarms()}
      ></drme-alarm-banner>
      ${this.#figures()}
      <main id="main" class="view-${this.view} ${this.live === "closed" ? "old" : ""}">${this.#main()}</main>
    `;
  }

  #figures() {
    const r = this.reconcile;
    const gone = r ? lost(r) : null;
    const uplink = uplinkOf(this.status);
    return html`<section class="strip" data-testid="strip" aria-label="At a glance">
      <span><span class="label">Tags</span>${this.items.length}</span>
      <span
        ><span class="label">Not good</span>${this.items.filter((i) => i.quality !== "good").length}</span
      >
      ${uplink
        ? html`<span><span class="label">Uplink</span>${stateMark(uplink.state)}</span>`
        : nothing}
      <span data-testid="pipelines-short"
        ><span class="label">Pipelines</span>${pipelinesText(this.status?.engine)}</span
      >
      <span><span class="label">Accepted</span>${countText(r?.accepted)}</span>
      <span><span class="label">In the centre</span>${countText(r?.acknowledged)}</span>
      <span><span class="label">Pending</span>${countText(r?.pending)}</span>
      <span class=${gone ? "fault" : ""} data-testid="lost-short"
        ><span class="label">Lost</span>${countText(gone)}</span
      >
    </section>`;
  }

  #main() {
    switch (this.view) {
      case "alarms":
        return html`<section class="panel">
          ${this.#problem("alarms")}
          <drme-alarms
            .alarms=${this.#book.all}
            .role=${this.who?.role}
            .now=${this.now}
            @acknowledged=${() => this.#readAlarms()}
          ></drme-alarms>
        </section>`;
      case "devices":
        return html`<section class="panel">
          ${this.#problem("devices")}
          <drme-devices .devices=${this.devices} .now=${this.now}></drme-devices>
        </section>`;
      case "store":
        return html`<section class="panel">
            <h2>Where every sample went</h2>
            <drme-accounting .reconcile=${this.reconcile} .error=${this.problems.reconcile}></drme-accounting>
          </section>
          <section class="panel">${this.#status()}</section>`;
      default:
        return html`<section class="panel">
            ${this.#problem("latest")}
            <drme-tags
              .items=${this.items}
              .selected=${this.chosen}
              .now=${this.now}
              @select=${(e) => (this.chosen = e.detail)}
            ></drme-tags>
          </section>
          <section class="panel chosen">
            <drme-trend .item=${this.chosen ?? null} .now=${this.now}></drme-trend>
            <drme-why
              class=${this.chosen && this.chosen.quality !== "good" ? "first" : ""}
              .item=${this.chosen ?? null}
              .now=${this.now}
            ></drme-why>
          </section>`;
    }
  }

  #problem(what) {
    const text = this.problems[what];
    return text ? html`<p class="problem" role="alert">${text}</p>` : nothing;
  }

  #status() {
    const s = this.status;
    if (!s) {
      return html`<h2>Store and uplink</h2>
        <p class="empty">${this.problems.status ?? "Not known yet."}</p>`;
    }
    const uplink = uplinkOf(s);
    const notes = notesOf(s);
    const c = s.configuration;
    return html`<h2>Store and uplink</h2>
      <dl data-testid="status">
        <dt>Uplink</dt>
        <dd class="stack">
          <span>${uplink ? stateMark(uplink.state) : "none configured"} ${s.uplink?.url ?? ""}</span>
          ${uplink?.why ? html`<span class="muted">${uplink.why}</span>` : nothing}
        </dd>
        <dt>Pipelines</dt>
        <dd class="stack" data-testid="pipelines">${pipelineRows(s.engine)}</dd>
        <dt>Backlog</dt>
        <dd>
          ${countText(s.store?.pendingBlocks)} blocks, ${countText(s.store?.pendingEvents)} events,
          ${countText(this.reconcile?.pending)} samples
        </dd>
        <dt>On disk</dt>
        <dd>${bytesText(Number(s.store?.sizeBytes))}</dd>
        <dt>Without the line</dt>
        <dd data-testid="autonomy">
          ${Number.isFinite(s.store?.autonomyHours)
            ? html`the disk holds ${hoursText(s.store.autonomyHours)} more, then ${THEN[s.store.whenFull] ?? "—"}`
            : html`<span class="muted">not known: too little was stored yet</span>`}
        </dd>
        <dt>Wear</dt>
        <dd data-testid="wear">
          ${Number.isFinite(s.store?.writtenBytesADay)
            ? html`${bytesText(s.store.writtenBytesADay)} are written to the disk a day,
              ${bytesText(s.store.writtenBytesADay * 365)} a year`
            : html`<span class="muted">not known in the first minute</span>`}
        </dd>
        <dt>Clock</dt>
        <dd data-testid="clock">
          ${s.clock?.state === "synced"
            ? s.clock.words
            : html`<span class=${s.clock?.state === "never-set" ? "warn" : "muted"}>${s.clock?.words ?? "not known yet"}</span>`}
        </dd>
        <dt>Configuration</dt>
        <dd>${c ? html`version ${c.version} <code class="muted">${(c.hash ?? "").slice(0, 12)}</code>` : "—"}</dd>
        <dt>Worth knowing</dt>
        <dd class="stack">
          ${notes.length ? notes.map((n) => html`<span class="warn">▲ ${n}</span>`) : "nothing"}
        </dd>
      </dl>`;
  }
}

/** Whether pipelines follow, in a word or two. */
function pipelinesText(engine) {
  const all = engine?.pipelines ?? [];
  if (all.length === 0) {
    return "none";
  }
  const waiting = all.filter((p) => p.waiting > 0).length;
  return waiting ? `${waiting} of ${all.length} behind` : "up to date";
}

/** A line a pipeline: rate, cost, what waits. */
function pipelineRows(engine) {
  const all = engine?.pipelines ?? [];
  if (all.length === 0) {
    return "none";
  }
  return all.map(
    (p) => html`<span>
      ${p.pipeline}
      <span class=${p.ageSeconds > 1 ? "warn" : "muted"}>
        ${countText(p.samplesPerSecond)} samples a second, ${percentText(p.cpu)} of a core, ${countText(p.nanosPerSample)} ns a
        sample${p.waiting > 0 ? `, ${countText(p.waiting)} wait for ${p.ageSeconds} s` : ""}${p.overdue > 0
          ? `, ${countText(p.overdue)} times later than ${p.within}`
          : ""}${p.late > 0 ? `, ${countText(p.late)} samples came too late` : ""}
      </span>
    </span>`,
  );
}

function percentText(part) {
  return `${(part * 100).toFixed(1)} %`;
}

/** The line to the centre: its state and why; null where none is configured. */
function uplinkOf(status) {
  const uplink = status?.uplink;
  if (!uplink?.url) {
    return null;
  }
  return uplink.connected
    ? { state: "connected", why: "" }
    : { state: "disconnected", why: uplink.trouble || reasonText(uplink.phase) };
}

/** What a person should see to, a sentence each. */
function notesOf(status) {
  const { configuration, engine, store } = status;
  return [
    ...(engine?.slowedDevices ?? []).map((d) => `${d.device} is ${d.reason}`),
    configuration?.broken && `gateway.yaml is broken, the last good one runs: ${configuration.broken}`,
    configuration?.changedNotApplied && "gateway.yaml has changed and is not applied",
    store?.failing && "the disk refuses writes",
  ].filter(Boolean);
}

customElements.define("drme-plant", PlantPage);
