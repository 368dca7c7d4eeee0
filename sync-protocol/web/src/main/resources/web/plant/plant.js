// The gateway's own page: what the plant's staff sees, without internet. Each view has an address.
import { LitElement, html, nothing } from "lit";
import { mayAct } from "/assets/parts/api.js";
import { isFault } from "/assets/parts/devices.js";
import { t } from "/assets/parts/text.js";
import { floodLine } from "/assets/plant/load.js";
import { Plant } from "/assets/plant/model.js";
import { to } from "/assets/plant/view.js";
import "/assets/parts/shell.js";
import "/assets/plant/overview.js";
import "/assets/plant/alarms.js";
import "/assets/plant/tags.js";
import "/assets/plant/trends.js";
import "/assets/plant/operation.js";

/** Views of the head's row, and those that are reached from them. */
const VIEWS = ["overview", "alarms", "tags", "trends", "devices", "pipelines", "store"];
const BELOW = { alarm: "alarms", tag: "tags" };

/** #/view/place?query */
function addressed() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, ...place] = path.split("/").map(decodeURIComponent);
  const known = VIEWS.includes(view) || view in BELOW;
  return { view: known ? view : VIEWS[0], place: place.join("/"), query: new URLSearchParams(query ?? "") };
}

class PlantPage extends LitElement {
  static properties = { at: { state: true }, now: { state: true } };

  #plant = new Plant();
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
    this.#plant.addEventListener("change", () => {
      this.now = this.#plant.now;
      this.requestUpdate();
    });
    this.#plant.start();
  }

  /** What is painted before any script ran has done its part. */
  firstUpdated() {
    document.getElementById("boot")?.remove();
  }

  #go() {
    const before = this.at;
    this.at = addressed();
    this.#moved = before.view !== this.at.view || before.place !== this.at.place;
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
    const plant = this.#plant;
    const { view } = this.at;
    return html`
      <drme-shell
        .name=${plant.gateway}
        .place=${plant.status?.configuration?.site ?? ""}
        .views=${this.#views()}
        .view=${BELOW[view] ?? view}
        .who=${plant.who}
        .live=${plant.live}
        .lastHeard=${plant.lastHeard}
        .now=${this.now}
      ></drme-shell>
      <drme-alarm-banner
        .alarms=${plant.book.active}
        .who=${plant.who}
        .now=${this.now}
        .all=${to.view("alarms")}
        .one=${to.alarm}
        .aside=${{ n: plant.book.hidden.length, href: to.alarms({ state: "hidden" }) }}
        @acknowledged=${() => plant.readAlarms()}
      ></drme-alarm-banner>
      ${floodLine(plant.summary, this.now)}
      <main id="main" tabindex="-1" class="view-${view} ${plant.live === "closed" ? "old" : ""}">
        ${plant.who ? this.#main() : this.#notYet()}
      </main>
    `;
  }

  /** Without knowing who looks nothing can be shown; why that is, can. */
  #notYet() {
    const text = this.#plant.problems.session;
    return text
      ? html`<section class="panel"><p class="problem" role="alert" data-testid="not-yet">${text}</p></section>`
      : nothing;
  }

  #views() {
    const { book, devices, who } = this.#plant;
    const faults = devices.filter((d) => isFault(d.state)).length;
    const badges = { alarms: book.active.length || "", devices: faults || "" };
    const views = VIEWS.map((id) => ({ id, title: t(`view.${id}`), href: to.view(id), badge: badges[id] }));
    return mayAct(who?.role, "engineer")
      ? [...views, { id: "commission", title: t("view.commission"), href: "/commission" }]
      : views;
  }

  #main() {
    const plant = this.#plant;
    const { view, place, query } = this.at;
    switch (view) {
      case "alarms":
        return html`<drme-alarms-view .plant=${plant} .now=${this.now} .query=${query}></drme-alarms-view>`;
      case "alarm":
        return html`<drme-alarm-view .plant=${plant} .now=${this.now} .place=${place}></drme-alarm-view>`;
      case "tags":
        return html`<drme-tags-view .plant=${plant} .now=${this.now} .query=${query}></drme-tags-view>`;
      case "tag":
        return html`<drme-tag-view .plant=${plant} .now=${this.now} .place=${place}></drme-tag-view>`;
      case "trends":
        return html`<drme-trends-view .plant=${plant} .now=${this.now} .query=${query}></drme-trends-view>`;
      case "devices":
        return html`<drme-devices-view .plant=${plant} .now=${this.now}></drme-devices-view>`;
      case "pipelines":
        return html`<drme-pipelines-view .plant=${plant} .now=${this.now}></drme-pipelines-view>`;
      case "store":
        return html`<drme-store-view .plant=${plant} .now=${this.now}></drme-store-view>`;
      default:
        return html`<drme-overview .plant=${plant} .now=${this.now}></drme-overview>`;
    }
  }
}

customElements.define("drme-plant", PlantPage);
