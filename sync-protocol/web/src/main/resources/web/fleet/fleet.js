// The fleet's page: all gateways, their alarms, any tag's trend, and the accounting.
import { LitElement, html, nothing } from "lit";
import { ProblemError, get, list, session } from "/assets/parts/api.js";
import { Live } from "/assets/parts/live.js";
import { countText, durationText, hoursText, millis, spanText, timeText } from "/assets/parts/format.js";
import { AlarmBook } from "/assets/parts/alarms.js";
import { lost } from "/assets/parts/accounting.js";
import { stateMark } from "/assets/parts/devices.js";
import "/assets/parts/members.js";
import "/assets/parts/shell.js";
import "/assets/parts/value.js";
import "/assets/parts/alarm-list.js";
import "/assets/parts/trend.js";

const GATEWAYS_EVERY_MS = 4_000;
const ACCOUNTS_EVERY_MS = 5_000;
const ALARMS_EVERY_MS = 20_000;
const CLOCK_EVERY_MS = 1_000;
const VIEWS = ["gateways", "alarms", "explore", "accounting"];
const GOOD_STATES = new Set(["good", "online", "connected", "ok"]);

/** The accounting of so many gateways is read and shown at once. */
const MAX_ACCOUNTS = 50;

class FleetPage extends LitElement {
  static properties = {
    who: { state: true },
    view: { state: true },
    gateway: { state: true },
    gateways: { state: true },
    members: { state: true },
    filter: { state: true },
    items: { state: true },
    devices: { state: true },
    chosen: { state: true },
    accounts: { state: true },
    findings: { state: true },
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
    this.gateways = [];
    this.members = [];
    this.items = [];
    this.devices = [];
    this.accounts = [];
    this.findings = [];
    this.filter = "";
    this.problems = {};
    this.live = "connecting";
    this.now = Date.now();
    this.#onHash();
    addEventListener("hashchange", () => this.#onHash());
  }

  createRenderRoot() {
    return this;
  }

  async connectedCallback() {
    super.connectedCallback();
    this.who = await session();
    this.#book.addEventListener("change", () => this.requestUpdate());
    this.#live.addEventListener("state", (e) => (this.live = e.detail));
    this.#live.addEventListener("samples", (e) => this.#onSamples(e.detail));
    this.#live.addEventListener("alarms", (e) => this.#onAlarms(e.detail));
    this.#live.addEventListener("resync", () => this.#readAll());
    this.#subscribe();
    this.#every(CLOCK_EVERY_MS, () => this.#tick());
    this.#every(GATEWAYS_EVERY_MS, () => this.#readGateways());
    this.#every(ACCOUNTS_EVERY_MS, () => this.view === "accounting" && this.#readAccounts());
    this.#every(ALARMS_EVERY_MS, () => this.#readAlarms());
    this.#readAll();
  }

  #every(ms, act) {
    setInterval(() => document.hidden || act(), ms);
  }

  #onHash() {
    const [view, gateway] = location.hash.slice(1).split("/").map(decodeURIComponent);
    this.view = VIEWS.includes(view) ? view : VIEWS[0];
    if (gateway && gateway !== this.gateway) {
      this.#choose(gateway);
    }
    if (this.view === "accounting" && this.who) {
      this.#readAccounts();
    }
  }

  #choose(gateway) {
    this.gateway = gateway;
    this.chosen = null;
    this.#latest.clear();
    this.items = [];
    this.devices = [];
    if (this.who) {
      this.#subscribe();
      this.#readOne();
    }
  }

  /** The values of the gateway that is looked at, and the alarms of all. */
  #subscribe() {
    this.#live.subscribe(this.gateway ? `${this.gateway}/**` : "", "**");
  }

  #readAll() {
    this.#readGateways();
    this.#readAlarms();
    this.#readOne();
    this.#readAccounts();
  }

  #readGateways() {
    this.#read("members", async () => {
      this.members = await list("/api/v1/members");
    });
    this.#read("gateways", async () => {
      this.gateways = await list("/api/v1/gateways");
      if (!this.gateway && this.gateways.length > 0) {
        this.#choose(this.gateways[0].id);
      }
    });
  }

  #readAlarms() {
    this.#read("alarms", () => this.#book.read());
  }

  #readOne() {
    const gateway = this.gateway;
    if (!gateway) {
      return;
    }
    this.#read("latest", async () => {
      const items = await list("/api/v1/latest", { match: `${gateway}/**` });
      if (gateway === this.gateway) {
        this.#onSamples(items);
        this.#tick();
      }
    });
    this.#read("devices", async () => {
      const all = await list("/api/v1/devices");
      this.devices = all.filter((d) => d.gateway === gateway);
    });
  }

  #readAccounts() {
    this.#read("findings", async () => {
      this.findings = (await get("/api/v1/findings", { limit: 100 })).items;
    });
    this.#read("accounts", async () => {
      const asked = this.gateways.slice(0, MAX_ACCOUNTS);
      this.accounts = await Promise.all(
        asked.map((g) => get("/api/v1/reconcile", { gateway: g.id })),
      );
    });
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
      if (item.gateway === this.gateway) {
        this.#latest.set(item.tag, item);
        this.#dirty = true;
      }
    }
  }

  #onAlarms(items) {
    this.#lastHeard = Date.now();
    this.#book.merge(items);
  }

  #tick() {
    this.now = Date.now();
    if (this.#dirty) {
      this.#dirty = false;
      this.items = [...this.#latest.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1));
    }
    if (this.chosen) {
      this.chosen = this.#latest.get(this.chosen.tag) ?? this.chosen;
    } else if (this.items.length > 0) {
      this.chosen = this.items.find((i) => typeof i.value === "number") ?? this.items[0];
    }
  }

  render() {
    const faults = this.gateways.filter((g) => !GOOD_STATES.has(g.state)).length;
    return html`
      <drme-shell
        .name=${"Fleet"}
        .place=${this.gateways.length === 1 ? "1 gateway" : `${this.gateways.length} gateways`}
        .views=${[
          { id: "gateways", title: "Gateways", badge: faults || "" },
          { id: "alarms", title: "Alarms", badge: this.#book.active.length || "" },
          { id: "explore", title: "Explore" },
          { id: "accounting", title: "Accounting" },
        ]}
        .view=${this.view}
        .who=${this.who}
        .live=${this.live}
        .lastHeard=${this.#lastHeard}
        .now=${this.now}
      ></drme-shell>
      <drme-alarm-banner
        fleet
        .alarms=${this.#book.active}
        .who=${this.who}
        .now=${this.now}
        @acknowledged=${() => this.#readAlarms()}
      ></drme-alarm-banner>
      <main id="main" class="view-${this.view} ${this.live === "closed" ? "old" : ""}">${this.#main()}</main>
    `;
  }

  #main() {
    switch (this.view) {
      case "alarms":
        return html`<section class="panel">
          ${this.#problem("alarms")}
          <drme-alarms
            fleet
            .alarms=${this.#book.all}
            .who=${this.who}
            .now=${this.now}
            @acknowledged=${() => this.#readAlarms()}
          ></drme-alarms>
        </section>`;
      case "explore":
        return this.#explore();
      case "accounting":
        return this.#accounting();
      default:
        return this.#gatewayTable();
    }
  }

  #problem(what) {
    const text = this.problems[what];
    return text ? html`<p class="problem" role="alert">${text}</p>` : nothing;
  }

  #gatewayTable() {
    const words = this.filter.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = this.gateways.filter((g) => {
      const text = `${g.id} ${g.site ?? ""} ${g.state} ${g.why ?? ""}`.toLowerCase();
      return words.every((w) => text.includes(w));
    });
    return html`<drme-members .members=${this.members} .now=${this.now}></drme-members>
    <section class="panel">
      ${this.#problem("members")} ${this.#problem("gateways")}
      <div class="toolbar">
        <label class="search"
          ><span>Filter</span
          ><input
            id="gateway-filter"
            type="search"
            placeholder="id, site or state"
            .value=${this.filter}
            @input=${(e) => (this.filter = e.target.value)}
        /></label>
        <span class="muted">${shown.length} of ${this.gateways.length} gateways</span>
      </div>
      <div class="scroll" tabindex="0">
        <table class="gateways" data-testid="gateways">
          <thead>
            <tr>
              <th scope="col">Gateway</th>
              <th scope="col">Site</th>
              <th scope="col">State</th>
              <th scope="col">Why</th>
              <th scope="col" class="number">Last seen</th>
              <th scope="col" class="number">Lag</th>
              <th scope="col" class="number">Backlog</th>
              <th scope="col" class="number">Time to drain</th>
              <th scope="col" class="number" title="How long its store lasts without the line">Lasts alone</th>
              <th scope="col" class="number">Alarms</th>
              <th scope="col">Version</th>
            </tr>
          </thead>
          <tbody>
            ${shown.map((g) => this.#gatewayRow(g))}
          </tbody>
        </table>
        ${shown.length === 0
          ? html`<p class="empty">
              ${this.gateways.length ? "No gateway matches the filter." : "No gateway has reported yet."}
            </p>`
          : nothing}
      </div>
    </section>`;
  }

  #gatewayRow(g) {
    const alarms = g.openAlarms ?? this.#book.active.filter((a) => a.gateway === g.id).length;
    return html`<tr data-testid="gateway" data-gateway=${g.id} data-state=${g.state}>
      <td class="name"><a href="#explore/${encodeURIComponent(g.id)}">${g.id}</a></td>
      <td>${g.site ?? ""}</td>
      <td>${stateMark(g.state)}</td>
      <td class="wrap">${g.why ?? ""}</td>
      <td class="number" title=${g.lastSeen ?? ""}>
        ${g.lastSeen ? `${durationText(this.now - millis(g.lastSeen))} ago` : "never"}
      </td>
      <td class="number">${spanText(g.lag)}</td>
      <td class="number">${countText(g.backlog)}</td>
      <td class="number">${g.timeToDrain === null ? "—" : spanText(g.timeToDrain)}</td>
      <td class="number" data-testid="autonomy">${hoursText(g.autonomyHours)}</td>
      <td class="number">${alarms || ""}</td>
      <td>${g.agentVersion ?? ""}</td>
    </tr>`;
  }

  #explore() {
    return html`<section class="panel">
        <div class="toolbar">
          <label class="search"
            ><span>Gateway</span>
            <select
              id="gateway-select"
              data-testid="gateway-select"
              @change=${(e) => (location.hash = `explore/${encodeURIComponent(e.target.value)}`)}
            >
              ${this.gateways.map(
                (g) => html`<option value=${g.id} ?selected=${g.id === this.gateway}>${g.id}</option>`,
              )}
            </select></label
          >
          ${this.devices
            .filter((d) => !GOOD_STATES.has(d.state))
            .map((d) => html`<span title=${d.reason ?? ""}>${d.device} ${stateMark(d.state)}</span>`)}
        </div>
        ${this.#problem("latest")}
        <drme-tags
          .items=${this.items}
          .selected=${this.chosen}
          .now=${this.now}
          @select=${(e) => (this.chosen = e.detail)}
        ></drme-tags>
      </section>
      <section class="panel">
        <drme-trend .item=${this.chosen ?? null} .now=${this.now}></drme-trend>
      </section>`;
  }

  #accounting() {
    const total = this.accounts.reduce((sum, r) => sum + lost(r), 0);
    return html`<section class="panel">
      <div class="toolbar">
        <h2>Where every sample went</h2>
        <span class="spring"></span>
        <span data-testid="lost-total" class=${total ? "fault" : ""}
          ><span class="label">Lost over all</span><strong>${countText(total)}</strong></span
        >
      </div>
      ${this.#problem("accounts")}
      ${this.gateways.length > MAX_ACCOUNTS
        ? html`<p class="muted">The first ${MAX_ACCOUNTS} of ${this.gateways.length} gateways; drmectl reconcile shows all.</p>`
        : nothing}
      <div class="scroll" tabindex="0">
        <table data-testid="accounts">
          <thead>
            <tr>
              <th scope="col">Gateway</th>
              ${["Read", "Derived", "Filtered", "Accepted", "Acknowledged", "Pending", "Local", "Stored", "Quarantined", "Expired", "Lost"].map(
                (title) => html`<th scope="col" class="number">${title}</th>`,
              )}
              <th scope="col">Balance</th>
            </tr>
          </thead>
          <tbody>
            ${this.accounts.map(
              (r) =>
                html`<tr data-testid="account" data-gateway=${r.gateway} data-balanced=${r.balanced}>
                  <td class="name">${r.gateway}</td>
                  ${["read", "derived", "filtered", "accepted", "acknowledged", "pending", "local", "stored", "quarantined", "expired"].map(
                    (term) => html`<td class="number">${countText(r[term])}</td>`,
                  )}
                  <td class="number ${lost(r) ? "fault" : ""}">${countText(lost(r))}</td>
                  <td class=${r.balanced ? "" : "fault"}>${r.balanced ? "✓ even" : "▲ uneven"}</td>
                </tr>`,
            )}
          </tbody>
        </table>
        ${this.accounts.length === 0 ? html`<p class="empty">Not known yet.</p>` : nothing}
      </div>
    </section>
    <section class="panel">
      <h2>What the centre noticed</h2>
      ${this.#problem("findings")}
      ${this.findings.length
        ? html`<div class="scroll" tabindex="0">
            <table data-testid="findings">
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Gateway</th>
                  <th scope="col">Kind</th>
                  <th scope="col">Detail</th>
                </tr>
              </thead>
              <tbody>
                ${this.findings.map(
                  (f) =>
                    html`<tr>
                      <td class="time" title=${f.at}>${timeText(f.at, this.now)}</td>
                      <td>${f.gateway}</td>
                      <td>${f.kind}</td>
                      <td class="wrap">${f.detail}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
        : html`<p class="empty">Nothing quarantined, forked, cloned, dropped or damaged.</p>`}
    </section>`;
  }
}

customElements.define("drme-fleet", FleetPage);
