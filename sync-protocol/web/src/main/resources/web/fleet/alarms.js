// The alarms of all sites. The centre filters and sorts; of thousands the page holds what it shows.
import { html, nothing } from "lit";
import { get } from "/assets/parts/api.js";
import { PRIORITIES } from "/assets/parts/alarms.js";
import { millis } from "/assets/parts/format.js";
import { onPause } from "/assets/parts/pause.js";
import { t } from "/assets/parts/text.js";
import { View, changed, to } from "/assets/fleet/view.js";
import "/assets/parts/alarm-list.js";

const ROWS = 200;
const MOST_ROWS = 1_000;
const AROUND_MS = 10 * 60_000;

/** The trend around the moment; the centre's own alarms are of a site and lead to its gateways. */
const around = (alarm) =>
  alarm.gateway === "centre"
    ? to.gateways({ site: alarm.tag })
    : to.explore({
        tags: `${alarm.gateway}/${alarm.tag}`,
        from: millis(alarm.raisedAt) - AROUND_MS,
        to: millis(alarm.raisedAt) + AROUND_MS,
      });

class FleetAlarms extends View {
  static properties = { rows: { state: true } };

  constructor() {
    super();
    this.rows = ROWS;
  }

  get #state() {
    return this.query.get("state") ?? "open";
  }

  get #priorities() {
    return (this.query.get("priority") ?? "").split(",").filter((p) => PRIORITIES.includes(p));
  }

  asks() {
    return `${super.asks()} ${this.rows}`;
  }

  async read() {
    const site = this.query.get("site");
    const grouped = this.#state === "open" || this.#state === "hidden";
    const [page, counts] = await Promise.all([
      get("/api/v1/alarms", {
        state: this.#state === "past" ? "normal" : this.#state,
        priority: this.#priorities.join(),
        site,
        text: grouped ? this.query.get("text") : undefined,
        limit: this.rows,
      }),
      get("/api/v1/alarms/counts", { site }),
    ]);
    return { ...page, counts };
  }

  #show(wanted) {
    location.replace(to.alarms(changed(this.query, wanted)));
  }

  #sited = onPause((site) => this.#show({ site }));

  render() {
    const { found } = this;
    return html`<section class="panel">
      <h2 class="hidden">${t("view.alarms")}</h2>
      ${this.problem()}
      <div class="toolbar">
        <label class="search"
          ><span>${t("gateways.site")}</span
          ><input data-testid="alarm-site" type="search" placeholder=${t("gateways.site.hint")} .value=${this.query.get("site") ?? ""} @input=${this.#sited}
        /></label>
      </div>
      <drme-alarms
        fleet
        .alarms=${found?.items ?? []}
        .counts=${found?.counts ?? null}
        .more=${Boolean(found?.next)}
        .who=${this.fleet.who}
        .now=${this.now}
        .one=${around}
        .state=${this.#state}
        .priorities=${new Set(this.#priorities)}
        .text=${this.query.get("text") ?? ""}
        .most=${MOST_ROWS}
        @filter=${(e) => this.#filter(e.detail)}
        @acknowledged=${() => this.fleet.acted()}
      ></drme-alarms>
      ${found?.next && this.rows < MOST_ROWS
        ? html`<div class="toolbar pager">
            <button type="button" data-testid="alarms-more" @click=${() => (this.rows = Math.min(MOST_ROWS, this.rows + ROWS))}>${t("list.more")}</button>
          </div>`
        : nothing}
    </section>`;
  }

  #filter({ state, priorities, text }) {
    this.#show({ state: state === "open" ? "" : state, priority: [...priorities].join(), text });
  }
}

customElements.define("drme-fleet-alarms", FleetAlarms);
