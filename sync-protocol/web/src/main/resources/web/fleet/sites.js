// The sites of the fleet: as a map whose areas are the numbers of gateways, and as a list.
import { html, nothing } from "lit";
import { get, list } from "/assets/parts/api.js";
import { PRIORITIES, prioritySymbol } from "/assets/parts/alarms.js";
import { stateMark } from "/assets/parts/devices.js";
import { countText, secondsText } from "/assets/parts/format.js";
import { onPause } from "/assets/parts/pause.js";
import { t } from "/assets/parts/text.js";
import { neighbour, squarified } from "/assets/fleet/treemap.js";
import { PagedView, changed, siteGlob, to } from "/assets/fleet/view.js";

const ROWS = 100;
const ORDERS = ["state", "alarms", "backlog", "lag", "gateways", "site"];

/** More cells nobody tells apart; what is beyond is one cell that leads to the list. */
const MOST_CELLS = 400;
/** The largest; what else there is, is one cell. */
const MOST_GROUPS = 100;
const MOST_SITES = 2_000;
const HEIGHT_PX = 560;
const HEAD_PX = 46;
/** What is smaller than this part of all is drawn so large, to be seen and hit: a site above others, and one of its sites. */
const LEAST_GROUP = 1 / 40;
const LEAST_CELL = 1 / 300;
/** Below this no text fits, in pixels; a name that has to wrap needs one line more. */
const ROOM = { w: 62, h: 42, wrapped: 96, line: 18 };

const depth = (path) => (path ? path.split("/").length : 0);
const head = (path, n) => path.split("/").slice(0, n).join("/");

/** Where a site leads: further down while there is more below, then to its gateways. */
function inside(site) {
  if (site.below > 0) {
    return to.sites({ under: site.site });
  }
  // A glob can't say "none"; these stand in the list of all.
  return site.site ? to.gateways({ site: site.site }) : to.gateways();
}

/** The most urgent priority of which there are open alarms. */
const urgent = (alarms) => PRIORITIES.find((p) => alarms[p] > 0);

const bad = (site) => site.trouble + site.offline;

/** How a site is, in words. */
function saying(site) {
  const alarms = site.openAlarms ? `, ${t("sites.alarms", { n: site.openAlarms })}` : "";
  return bad(site) === 0
    ? t("sites.well", { n: site.gateways }) + alarms
    : t("sites.not-well", { n: bad(site), all: site.gateways }) + alarms;
}

/** The cells of a map, in the order in which they are drawn; each group is told apart by its object. */
function cellsOf({ items, total, under }) {
  const level = depth(under) + 1;
  const byName = new Map();
  for (const site of items) {
    const name = head(site.site, level);
    const group = byName.get(name) ?? { name, sites: [], size: 0, beyond: false };
    group.sites.push(site);
    group.size += site.gateways;
    byName.set(name, group);
  }
  const largest = (a, b) => b.size - a.size;
  const groups = [...byName.values()].sort(largest).slice(0, MOST_GROUPS);
  const size = (total?.gateways ?? 0) - groups.reduce((n, g) => n + g.size, 0);
  if ((byName.size > MOST_GROUPS || items.length >= MOST_SITES) && size > 0) {
    groups.push({ name: under, sites: [], size, beyond: true });
    groups.sort(largest);
  }
  const room = Math.max(1, Math.floor(MOST_CELLS / Math.max(1, groups.length)));
  return groups.flatMap((group) => {
    group.cells = cellsOfGroup(group, room);
    return group.cells;
  });
}

function cellsOfGroup(group, room) {
  if (group.beyond) {
    return [{ group, size: group.size, bad: 0, whole: true }];
  }
  const { sites } = group;
  const whole = sites.length === 1 && sites[0].site === group.name;
  const shown = sites.length > room + 1 ? sites.slice(0, room) : sites;
  const rest = sites.slice(shown.length);
  return [
    ...(whole ? [] : [{ group, head: true }]),
    ...shown.map((site) => ({ group, site, size: site.gateways, bad: bad(site) / site.gateways, whole })),
    ...(rest.length ? [{ group, rest: rest.length, size: rest.reduce((n, s) => n + s.gateways, 0), bad: 0 }] : []),
  ];
}

class SitesView extends PagedView {
  #cells = [];
  /** Of what the cells are made. */
  #mapped = null;
  /** Where they were placed last, and what is watched for its size. */
  #placed = { cells: null, width: 0 };
  #box = null;
  #at = 0;
  #watch = new ResizeObserver(() => this.#place());

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#watch.disconnect();
    this.#box = null;
  }

  get #under() {
    return this.query.get("under") ?? "";
  }

  get #isList() {
    return this.query.get("as") === "list";
  }

  async read() {
    const under = this.#under;
    const site = siteGlob(under);
    const [all, counts] = await Promise.all([
      get("/api/v1/sites", { levels: 0, site }),
      get("/api/v1/alarms/counts", { site }),
    ]);
    const total = all.items[0] ? { ...all.items[0], counts } : null;
    if (this.#isList) {
      const page = await get("/api/v1/sites", {
        site,
        text: this.query.get("text"),
        order: this.query.get("order") ?? ORDERS[0],
        limit: ROWS,
        cursor: this.cursor,
      });
      return { total, isList: true, ...page };
    }
    const items = await list("/api/v1/sites", { site, levels: depth(under) + 2, order: "gateways", limit: MOST_SITES }, MOST_SITES);
    return { total, isList: false, under, items };
  }

  #show(wanted) {
    location.replace(to.sites(changed(this.query, wanted)));
  }

  render() {
    const { found } = this;
    return html`<section class="panel">
      <div class="toolbar">
        ${this.#way()}
        <div class="tabs" role="group" aria-label=${t("sites.as")}>
          <button type="button" data-testid="as-map" aria-pressed=${!this.#isList} @click=${() => this.#show({ as: "" })}>${t("sites.map")}</button>
          <button type="button" data-testid="as-list" aria-pressed=${this.#isList} @click=${() => this.#show({ as: "list" })}>${t("sites.list")}</button>
        </div>
        ${this.#isList ? this.#filters() : nothing}
      </div>
      ${this.problem()} ${this.#figures()}
      ${found && found.isList === this.#isList ? (found.isList ? this.#table(found) : this.#map(found)) : nothing}
      ${found && found.items.length === 0 ? html`<p class="empty">${t("sites.none")}</p>` : nothing}
    </section>`;
  }

  /** The way from the whole fleet down to here. */
  #way() {
    const parts = this.#under ? this.#under.split("/") : [];
    return html`<nav class="way" aria-label=${t("sites.way")} data-testid="way">
      <a href=${to.sites()}>${t("sites.all")}</a>
      ${parts.map((p, i) => html`<span aria-hidden="true">/</span><a href=${to.sites({ under: head(this.#under, i + 1) })}>${p}</a>`)}
    </nav>`;
  }

  #filters() {
    return html`<label class="search"
        ><span>${t("list.search")}</span
        ><input
          type="search"
          data-testid="site-text"
          placeholder=${t("sites.hint")}
          .value=${this.query.get("text") ?? ""}
          @input=${this.#typed}
      /></label>
      <label class="search"
        ><span>${t("list.order")}</span>
        <select data-testid="site-order" @change=${(e) => this.#show({ order: e.target.value })}>
          ${ORDERS.map((o) => html`<option value=${o} ?selected=${o === (this.query.get("order") ?? ORDERS[0])}>${t(`order.${o}`)}</option>`)}
        </select></label
      >`;
  }

  #typed = onPause((text) => this.#show({ text }));

  #figures() {
    const total = this.found?.total;
    if (!total) {
      return nothing;
    }
    const site = siteGlob(this.#under);
    const open = PRIORITIES.reduce((sum, p) => sum + total.counts[p], 0);
    const figure = (name, value, note, href, fault) =>
      html`<a class="figure ${fault ? "fault" : ""}" data-testid="figure-${name}" href=${href}
        ><span class="label">${t(`sites.${name}`)}</span><span class="big">${value}</span><span class="muted">${note}</span></a
      >`;
    return html`<div class="front">
      ${figure("online", countText(total.online), t("sites.of", { all: countText(total.gateways) }), to.gateways({ site }))}
      ${figure("trouble", countText(total.trouble), t("sites.trouble.note"), to.gateways({ site, state: "trouble" }), total.trouble)}
      ${figure("offline", countText(total.offline), t("sites.offline.note"), to.gateways({ site, state: "offline" }), total.offline)}
      ${figure("backlog", countText(total.backlog), secondsText(total.timeToDrain), to.gateways({ site, order: "backlog" }))}
      ${figure("open", countText(open), t("sites.hidden", { n: countText(total.counts.hidden) }), to.alarms({ site }))}
    </div>`;
  }

  /** Sites in the sites above them, each as large as it has gateways; made once of an answer, not each second. */
  #map(found) {
    if (found !== this.#mapped) {
      this.#mapped = found;
      this.#cells = cellsOf(found);
      this.#at = this.#at < this.#cells.length ? this.#at : 0;
    }
    const cells = this.#cells.map((cell, i) => this.#drawn(cell, i === this.#at ? 0 : -1));
    return html`<div class="treemap" data-testid="treemap" role="group" aria-label=${t("sites.map.of")} @keydown=${(e) => this.#onKey(e)}>${cells}</div>
      <p class="muted trend-note">${t("sites.map.note")}</p>`;
  }

  /** One stop of Tab for the whole map; within it go the arrow keys. */
  #drawn(cell, stop) {
    const { group, site } = cell;
    if (cell.head) {
      return html`<a class="cell-head" tabindex=${stop} href=${to.sites({ under: group.name })} data-site=${group.name}
        >${group.name.split("/").at(-1) || t("sites.without")} <span class="muted">${countText(group.size)}</span></a
      >`;
    }
    return site ? this.#site(site, stop) : this.#rest(cell, stop);
  }

  #site(site, stop) {
    const name = site.site.split("/").at(-1) || t("sites.without");
    const priority = urgent(site.alarms);
    return html`<a
      class="cell ${site.state} ${priority ?? ""}"
      tabindex=${stop}
      href=${inside(site)}
      data-testid="site-cell"
      data-site=${site.site}
      data-state=${site.state}
      title="${site.site || t("sites.without")}: ${saying(site)}"
      ><span class="hidden">${site.site || t("sites.without")}: ${saying(site)}</span
      ><span class="cell-text" aria-hidden="true"
        ><strong>${priority ? prioritySymbol(priority, site.alarms.waiting > 0) : nothing}${name}</strong>
        <span>${bad(site) ? `▲ ${bad(site)}/${site.gateways}` : site.gateways}</span></span
      ><span class="share" aria-hidden="true"></span
    ></a>`;
  }

  /** What has no cell of its own: sites of a group, or all beyond the largest groups. */
  #rest({ group, rest, size }, stop) {
    return html`<a class="cell rest" tabindex=${stop} href=${to.sites({ under: group.name, as: "list" })}
      ><span class="cell-text">${group.beyond ? t("sites.beyond", { n: size }) : t("sites.more", { n: rest })}</span></a
    >`;
  }

  updated() {
    const box = this.querySelector(".treemap");
    if (box !== this.#box) {
      this.#watch.disconnect();
      this.#box = box;
      this.#placed = { cells: null, width: 0 };
      if (box) {
        this.#watch.observe(box);
      }
    }
    this.#place();
  }

  /** Cells get their places by script: a page of ours may hold no style in its text. */
  #place() {
    const box = this.#box;
    const width = box?.clientWidth ?? 0;
    if (width === 0 || (this.#placed.cells === this.#cells && this.#placed.width === width)) {
      return;
    }
    this.#placed = { cells: this.#cells, width };
    const groups = [...new Set(this.#cells.map((c) => c.group))];
    const whole = groups.reduce((sum, g) => sum + g.size, 0);
    const outer = squarified(
      groups.map((g) => Math.max(g.size, whole * LEAST_GROUP)),
      { x: 0, y: 0, w: width, h: HEIGHT_PX },
    );
    groups.forEach((group, i) => this.#placeIn(group, outer[i]));
    [...box.children].forEach((element, i) => {
      const cell = this.#cells[i];
      const { x, y, w, h } = cell.box;
      Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${Math.max(0, w - 2)}px`, height: `${Math.max(0, h - 2)}px` });
      element.hidden = Boolean(cell.head) && h === 0;
      const least = ROOM.h + (w < ROOM.wrapped ? ROOM.line : 0);
      element.classList.toggle("small", !cell.head && (w < ROOM.w || h < least));
      const share = element.querySelector(".share");
      if (share) {
        share.style.width = `${100 * cell.bad}%`;
      }
    });
  }

  /** The boxes of a group's cells in that of the group, below its name where there is room for one. */
  #placeIn(group, { x, y, w, h }) {
    const cells = group.cells.filter((c) => !c.head);
    const isNamed = !(cells.length === 1 && cells[0].whole) && w >= ROOM.w && h >= 2 * HEAD_PX;
    const top = isNamed ? HEAD_PX : 0;
    const inner = squarified(
      cells.map((c) => Math.max(c.size, group.size * LEAST_CELL)),
      { x, y: y + top, w, h: h - top },
    );
    cells.forEach((c, i) => (c.box = inner[i]));
    group.cells.filter((c) => c.head).forEach((c) => (c.box = { x, y, w, h: top }));
  }

  #onKey(event) {
    const cells = [...event.currentTarget.children];
    const from = cells.indexOf(document.activeElement);
    if (from < 0 || !event.key.startsWith("Arrow")) {
      return;
    }
    event.preventDefault();
    this.#at = neighbour(
      this.#cells.map((c) => c.box),
      from,
      event.key,
    );
    cells.forEach((c, i) => (c.tabIndex = i === this.#at ? 0 : -1));
    cells[this.#at].focus();
  }

  #table(found) {
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("view.sites")}>
        <table data-testid="sites">
          <thead>
            <tr>
              <th scope="col">${t("sites.site")}</th>
              <th scope="col">${t("gateways.state")}</th>
              <th scope="col" class="number">${t("view.gateways")}</th>
              <th scope="col" class="number">${t("sites.trouble")}</th>
              <th scope="col" class="number">${t("sites.offline")}</th>
              <th scope="col" class="number">${t("gateways.lag")}</th>
              <th scope="col" class="number">${t("gateways.backlog")}</th>
              <th scope="col" class="number">${t("gateways.drain")}</th>
              <th scope="col" class="number">${t("view.alarms")}</th>
            </tr>
          </thead>
          <tbody>
            ${found.items.map((s) => this.#row(s))}
          </tbody>
        </table>
      </div>
      ${this.pager(found.next)}`;
  }

  #row(s) {
    const priority = urgent(s.alarms);
    return html`<tr data-testid="site" data-site=${s.site} data-state=${s.state}>
      <td class="name"><a class="row-link" href=${inside(s)}>${s.site || t("sites.without")}</a></td>
      <td>${stateMark(s.state)}</td>
      <td class="number">${countText(s.gateways)}</td>
      <td class="number ${s.trouble ? "fault" : ""}">${s.trouble || ""}</td>
      <td class="number ${s.offline ? "fault" : ""}">${s.offline || ""}</td>
      <td class="number">${secondsText(s.lag)}</td>
      <td class="number">${countText(s.backlog)}</td>
      <td class="number">${secondsText(s.timeToDrain)}</td>
      <td class="number">
        ${priority ? html`<a class="row-link" href=${to.alarms({ site: s.site })}>${prioritySymbol(priority, s.alarms.waiting > 0)} ${s.openAlarms}</a>` : ""}
      </td>
    </tr>`;
  }
}

customElements.define("drme-sites", SitesView);
