// The gateways as a list, however many, and one of them with all that is known of it.
import { html, nothing } from "lit";
import { ProblemError, get, list } from "/assets/parts/api.js";
import { PRIORITIES, prioritySymbol, symbol } from "/assets/parts/alarms.js";
import { agoText, bytesText, countText, durationText, hoursText, millis, secondsText, timeText } from "/assets/parts/format.js";
import { stateMark } from "/assets/parts/devices.js";
import { onPause } from "/assets/parts/pause.js";
import { t, word } from "/assets/parts/text.js";
import { PagedView, View, changed, to } from "/assets/fleet/view.js";
import "/assets/parts/accounting.js";
import "/assets/parts/value.js";

const ROWS = 100;
const ORDERS = ["state", "alarms", "lag", "backlog", "drain", "autonomy", "clock", "version", "id"];
const STATES = ["online", "trouble", "offline"];
const MOST_TAGS = 5_000;

/** A clock that is off by more is worth a look, in seconds. */
const CLOCK_OFF_S = 1;

const isOff = (clock) => Math.abs(parseFloat(clock ?? "0")) > CLOCK_OFF_S;

class GatewaysView extends PagedView {
  everyMs = 4_000;

  async read() {
    const q = (name) => this.query.get(name);
    const site = q("site");
    const [page, total] = await Promise.all([
      get("/api/v1/gateways", {
        site,
        state: q("state"),
        text: q("text"),
        order: q("order") ?? ORDERS[0],
        limit: ROWS,
        cursor: this.cursor,
      }),
      get("/api/v1/sites", { levels: 0, site }),
    ]);
    return { ...page, total: total.items[0] ?? null };
  }

  #show(wanted) {
    location.replace(to.gateways(changed(this.query, wanted)));
  }

  #typed = onPause((text) => this.#show({ text }));
  #sited = onPause((site) => this.#show({ site }));

  render() {
    const { found } = this;
    return html`<section class="panel">
      <h2 class="hidden">${t("view.gateways")}</h2>
      ${this.problem()} ${this.#filters(found)}
      <div class="scroll" tabindex="0" role="region" aria-label=${t("view.gateways")}>
        <table class="gateways" data-testid="gateways">
          <thead>
            <tr>
              <th scope="col">${t("gateways.gateway")}</th>
              <th scope="col">${t("gateways.site")}</th>
              <th scope="col">${t("gateways.state")}</th>
              <th scope="col" class="number">${t("gateways.seen")}</th>
              <th scope="col" class="number">${t("gateways.lag")}</th>
              <th scope="col" class="number">${t("gateways.backlog")}</th>
              <th scope="col" class="number">${t("gateways.drain")}</th>
              <th scope="col" class="number" title=${t("gateways.alone.note")}>${t("gateways.alone")}</th>
              <th scope="col" class="number">${t("gateways.clock")}</th>
              <th scope="col" class="number">${t("view.alarms")}</th>
              <th scope="col">${t("gateways.version")}</th>
            </tr>
          </thead>
          <tbody>
            ${(found?.items ?? []).map((g) => this.#row(g))}
          </tbody>
        </table>
        ${found && found.items.length === 0
          ? html`<p class="empty">${t(found.total ? "gateways.no-match" : "gateways.none")}</p>`
          : nothing}
      </div>
      ${this.pager(found?.next)}
    </section>`;
  }

  #filters(found) {
    const state = this.query.get("state") ?? "";
    const of = (s) => (found?.total ? countText(found.total[s]) : "");
    return html`<div class="toolbar" role="search">
      <div class="tabs" role="group" aria-label=${t("gateways.state")}>
        <button type="button" data-testid="state-all" aria-pressed=${state === ""} @click=${() => this.#show({ state: "" })}>
          ${t("gateways.all")} ${of("gateways")}
        </button>
        ${STATES.map(
          (s) =>
            html`<button type="button" data-testid="state-${s}" aria-pressed=${state === s} @click=${() => this.#show({ state: s })}>
              ${word("state", s)} ${of(s)}
            </button>`,
        )}
      </div>
      <label class="search"
        ><span>${t("list.search")}</span
        ><input
          id="gateway-filter"
          data-testid="gateway-text"
          type="search"
          placeholder=${t("gateways.hint")}
          .value=${this.query.get("text") ?? ""}
          @input=${this.#typed}
      /></label>
      <label class="search"
        ><span>${t("gateways.site")}</span
        ><input data-testid="gateway-site" type="search" placeholder=${t("gateways.site.hint")} .value=${this.query.get("site") ?? ""} @input=${this.#sited}
      /></label>
      <label class="search"
        ><span>${t("list.order")}</span>
        <select data-testid="gateway-order" @change=${(e) => this.#show({ order: e.target.value })}>
          ${ORDERS.map((o) => html`<option value=${o} ?selected=${o === (this.query.get("order") ?? ORDERS[0])}>${t(`order.${o}`)}</option>`)}
        </select></label
      >
    </div>`;
  }

  #row(g) {
    const priority = PRIORITIES.find((p) => g.alarms[p] > 0);
    return html`<tr data-testid="gateway" data-gateway=${g.id} data-state=${g.state}>
      <td class="name"><a class="row-link" href=${to.gateway(g.id)}>${g.id}</a></td>
      <td>${g.site}</td>
      <td class="wrap">${stateMark(g.state)}${g.why ? html`<span class="muted because">${g.why}</span>` : nothing}</td>
      <td class="number" title=${g.lastSeen ?? ""}>${g.lastSeen ? agoText(this.now - millis(g.lastSeen)) : t("device.never")}</td>
      <td class="number">${secondsText(g.lag)}</td>
      <td class="number">${countText(g.backlog)}</td>
      <td class="number">${secondsText(g.timeToDrain)}</td>
      <td class="number" data-testid="autonomy">${hoursText(g.autonomyHours)}</td>
      <td class="number ${isOff(g.clockOffset) ? "fault" : ""}">${secondsText(g.clockOffset)}</td>
      <td class="number">${priority ? html`${prioritySymbol(priority, g.alarms.waiting > 0)} ${g.openAlarms}` : ""}</td>
      <td>${g.agentVersion ?? ""}</td>
    </tr>`;
  }
}

/** One gateway: how it is and why, its values as they come, devices, alarms, and its account. */
class GatewayView extends View {
  async read() {
    const gateway = this.place;
    const match = `${gateway}/**`;
    const [item, tags, devices, alarms, reconcile] = await Promise.all([
      get(`/api/v1/gateways/${encodeURIComponent(gateway)}`).catch((e) => {
        if (e instanceof ProblemError && e.problem.status === 404) return null;
        throw e;
      }),
      list("/api/v1/tags", { match }),
      list("/api/v1/devices", { match: `${gateway}/*` }),
      list("/api/v1/alarms", { state: "open", match }, 200),
      get("/api/v1/reconcile", { gateway }).catch(() => null),
    ]);
    return { item, tags: new Set(tags.map((tag) => tag.tag)), devices, alarms, reconcile, of: gateway };
  }

  /** What the feed told of its present tags: it never tells that one has left the configuration. */
  #readings({ tags }) {
    return [...this.fleet.latest.values()]
      .filter((i) => i.gateway === this.place && tags.has(i.tag))
      .sort((a, b) => (a.tag < b.tag ? -1 : 1));
  }

  render() {
    const back = html`<p><a class="button" href=${to.view("gateways")}>◀ ${t("view.gateways")}</a></p>`;
    const found = this.found?.of === this.place ? this.found : null;
    if (!found?.item) {
      return html`${back}
        <section class="panel">
          ${this.problem()}
          <p class="empty" role="status">${found ? t("gateways.missing", { id: this.place }) : t("list.asking")}</p>
        </section>`;
    }
    const { item: g } = found;
    return html`${back}
      <section class="panel" data-testid="gateway-page" data-gateway=${g.id} data-state=${g.state}>
        <div class="toolbar"><h2>${g.id}</h2>${stateMark(g.state)}<span>${g.why ?? ""}</span></div>
        ${this.problem()} ${this.#facts(g)}
      </section>
      ${found.alarms.length ? this.#alarms(found.alarms) : nothing}
      <section class="panel">
        <h2>${t("view.tags")}</h2>
        <drme-tags
          .items=${this.#readings(found).slice(0, MOST_TAGS)}
          .now=${this.now}
          @select=${(e) => (location.hash = to.explore({ tags: `${g.id}/${e.detail.tag}` }))}
        ></drme-tags>
      </section>
      <section class="panel">
        <h2>${t("view.devices")}</h2>
        <drme-devices .devices=${found.devices} .now=${this.now}></drme-devices>
      </section>
      <section class="panel">
        <h2>${t("account.title")}</h2>
        <drme-accounting .reconcile=${found.reconcile}></drme-accounting>
      </section>`;
  }

  #facts(g) {
    const fact = (key, value) => html`<dt>${t(key)}</dt><dd>${value}</dd>`;
    const labels = Object.entries(g.labels ?? {}).map(([k, v]) => `${k}: ${v}`);
    return html`<dl class="facts">
      ${fact("gateways.site", g.site || "—")} ${labels.length ? fact("gateways.labels", labels.join(", ")) : nothing}
      ${fact("gateways.seen", g.lastSeen ? agoText(this.now - millis(g.lastSeen)) : t("device.never"))}
      ${fact("gateways.lag", secondsText(g.lag))}
      ${fact("gateways.backlog", t("gateways.backlog.text", { samples: countText(g.backlog), items: countText(g.backlogItems) }))}
      ${fact("gateways.drain", secondsText(g.timeToDrain))} ${fact("gateways.alone", hoursText(g.autonomyHours))}
      ${fact("gateways.wear", bytesText(g.writtenBytesADay))}
      ${fact("gateways.clock", html`<span class=${isOff(g.clockOffset) ? "fault" : ""}>${t("gateways.clock.text", { span: secondsText(g.clockOffset) })}</span>`)}
      ${fact("gateways.version", g.agentVersion ?? "—")} ${fact("gateways.host", g.host ?? "—")}
      ${fact("gateways.boots", countText(g.bootCount))} ${fact("gateways.configuration", g.configurationHash ?? "—")}
      ${fact("gateways.schema", g.schemaHash ?? "—")}
    </dl>`;
  }

  #alarms(alarms) {
    return html`<section class="panel">
      <div class="toolbar">
        <h2>${t("view.alarms")} (${alarms.length})</h2>
        <a class="button" href=${to.alarms({ text: this.place })}>${t("gateways.all-alarms")}</a>
      </div>
      <ul class="plain">
        ${alarms.slice(0, 10).map(
          (a) =>
            html`<li>
              ${symbol(a)} <a class="row-link" href=${to.explore({ tags: `${a.gateway}/${a.tag}` })}>${a.message || a.name}</a>
              <span class="muted">${word("alarm", a.state)} · ${timeText(a.raisedAt, this.now)} · ${durationText(this.now - millis(a.raisedAt))}</span>
            </li>`,
        )}
      </ul>
    </section>`;
  }
}

customElements.define("drme-gateways-view", GatewaysView);
customElements.define("drme-gateway-view", GatewayView);
