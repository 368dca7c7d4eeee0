// The fleet's page: all sites and gateways, their alarms, any tag over years. Each view has an address.
import { LitElement, html, nothing } from "lit";
import "/assets/parts/alarms.js";
import "/assets/parts/shell.js";
import { t } from "/assets/parts/text.js";
import { Fleet } from "/assets/fleet/model.js";
import { to } from "/assets/fleet/view.js";
import "/assets/fleet/sites.js";
import "/assets/fleet/gateways.js";
import "/assets/fleet/alarms.js";
import "/assets/fleet/explore.js";
import "/assets/fleet/sql.js";
import "/assets/fleet/accounting.js";
import "/assets/fleet/cluster.js";

/** Views of the head's row, and those that are reached from them. */
const VIEWS = ["sites", "gateways", "alarms", "explore", "sql", "accounting", "cluster"];
const BELOW = { gateway: "gateways" };

/** #/view/place?query */
function addressed() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, ...place] = path.split("/").map(decodeURIComponent);
  const known = VIEWS.includes(view) || view in BELOW;
  return { view: known ? view : VIEWS[0], place: place.join("/"), query: new URLSearchParams(query ?? "") };
}

class FleetPage extends LitElement {
  static properties = { at: { state: true }, now: { state: true } };

  #fleet = new Fleet();
  #moved = false;

  constructor() {
    super();
    this.now = Date.now();
    this.at = addressed();
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("hashchange", () => this.#go());
    this.#fleet.addEventListener("change", () => {
      this.now = this.#fleet.now;
      this.requestUpdate();
    });
    this.#watch();
    this.#fleet.start();
  }

  /** What is painted before any script ran has done its part. */
  firstUpdated() {
    document.getElementById("boot")?.remove();
  }

  #go() {
    const before = this.at;
    this.at = addressed();
    this.#moved = before.view !== this.at.view || before.place !== this.at.place;
    this.#watch();
  }

  #watch() {
    this.#fleet.watch(this.at.view === "gateway" ? `${this.at.place}/**` : "");
  }

  /** Who came by keyboard goes on in the view that came; a link of the head stays where it is. */
  updated() {
    if (this.#moved) {
      this.#moved = false;
      const focused = document.activeElement;
      if (!focused || focused === document.body || !focused.isConnected) {
        this.querySelector("main").focus();
      }
    }
  }

  render() {
    const fleet = this.#fleet;
    const { view } = this.at;
    return html`
      <drme-shell
        .name=${t("fleet.name")}
        .place=${t("fleet.gateways", { n: fleet.total?.gateways ?? 0 })}
        .views=${this.#views()}
        .view=${BELOW[view] ?? view}
        .who=${fleet.who}
        .live=${fleet.live}
        .lastHeard=${fleet.lastHeard}
        .now=${this.now}
      ></drme-shell>
      <drme-alarm-banner
        fleet
        .alarms=${fleet.first ? [fleet.first] : []}
        .count=${fleet.open}
        .who=${fleet.who}
        .now=${this.now}
        .all=${to.view("alarms")}
        .aside=${{ n: fleet.counts?.hidden ?? 0, href: to.alarms({ state: "hidden" }) }}
        @acknowledged=${() => fleet.acted()}
      ></drme-alarm-banner>
      <main id="main" tabindex="-1" class="view-${view} ${fleet.live === "closed" ? "old" : ""}">
        ${fleet.who ? this.#main() : this.#notYet()}
      </main>
    `;
  }

  /** Without knowing who looks nothing can be shown; why that is, can. */
  #notYet() {
    const text = this.#fleet.problems.session;
    return text
      ? html`<section class="panel"><p class="problem" role="alert" data-testid="not-yet">${text}</p></section>`
      : nothing;
  }

  #views() {
    const { total, open } = this.#fleet;
    const badges = { gateways: total ? total.offline + total.trouble || "" : "", alarms: open || "" };
    return VIEWS.map((id) => ({ id, title: t(`view.${id}`), href: to.view(id), badge: badges[id] }));
  }

  #main() {
    const fleet = this.#fleet;
    const { view, place, query } = this.at;
    const { now } = this;
    switch (view) {
      case "gateways":
        return html`<drme-gateways-view .fleet=${fleet} .now=${now} .query=${query}></drme-gateways-view>`;
      case "gateway":
        return html`<drme-gateway-view .fleet=${fleet} .now=${now} .place=${place}></drme-gateway-view>`;
      case "alarms":
        return html`<drme-fleet-alarms .fleet=${fleet} .now=${now} .query=${query}></drme-fleet-alarms>`;
      case "explore":
        return html`<drme-explore .fleet=${fleet} .now=${now} .query=${query}></drme-explore>`;
      case "sql":
        return html`<drme-sql .fleet=${fleet} .now=${now} .query=${query}></drme-sql>`;
      case "accounting":
        return html`<drme-fleet-accounting .fleet=${fleet} .now=${now} .query=${query}></drme-fleet-accounting>`;
      case "cluster":
        return html`<drme-cluster .fleet=${fleet} .now=${now}></drme-cluster>`;
      default:
        return html`<drme-sites .fleet=${fleet} .now=${now} .query=${query}></drme-sites>`;
    }
  }
}

customElements.define("drme-fleet", FleetPage);
