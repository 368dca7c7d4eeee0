// Where every sample went, gateway by gateway, and what the centre noticed.
import { html, nothing } from "lit";
import { get } from "/assets/parts/api.js";
import { lost } from "/assets/parts/accounting.js";
import { countText, timeText } from "/assets/parts/format.js";
import { onPause } from "/assets/parts/pause.js";
import { t, word } from "/assets/parts/text.js";
import { PagedView, changed, to } from "/assets/fleet/view.js";

/** Each gateway's account is a question of its own. */
const ROWS = 25;
const FINDINGS = 200;
const TERMS = ["read", "derived", "filtered", "accepted", "acknowledged", "pending", "local", "stored", "quarantined", "expired"];

class FleetAccounting extends PagedView {
  everyMs = 10_000;
  readsOnChange = false;

  async read() {
    const site = this.query.get("site");
    const [page, findings] = await Promise.all([
      get("/api/v1/gateways", { site, text: this.query.get("text"), limit: ROWS, cursor: this.cursor }),
      get("/api/v1/findings", { site, limit: FINDINGS }),
    ]);
    const answers = await Promise.allSettled(page.items.map((g) => get("/api/v1/reconcile", { gateway: g.id })));
    const accounts = answers.map((a, i) =>
      a.status === "fulfilled" ? a.value : { gateway: page.items[i].id, problem: a.reason.text ?? String(a.reason) },
    );
    return { accounts, next: page.next, findings: findings.items };
  }

  #typed = onPause((text) => location.replace(to.accounting(changed(this.query, { text }))));

  render() {
    const { found } = this;
    const total = (found?.accounts ?? []).filter((r) => !r.problem).reduce((sum, r) => sum + lost(r), 0);
    return html`<section class="panel">
        <div class="toolbar">
          <h2>${t("account.title")}</h2>
          <label class="search"
            ><span>${t("list.search")}</span
            ><input type="search" data-testid="account-text" placeholder=${t("gateways.hint")} .value=${this.query.get("text") ?? ""} @input=${this.#typed}
          /></label>
          <span class="spring"></span>
          ${found
            ? html`<span data-testid="lost-total" class=${total ? "fault" : ""}
                ><span class="label">${t("account.lost-here")}</span><strong>${countText(total)}</strong></span
              >`
            : nothing}
        </div>
        ${this.problem()}
        <div class="scroll" tabindex="0" role="region" aria-label=${t("account.title")}>
          <table data-testid="accounts">
            <thead>
              <tr>
                <th scope="col">${t("gateways.gateway")}</th>
                ${TERMS.map((term) => html`<th scope="col" class="number" title=${t(`account.${term}.note`)}>${t(`account.${term}`)}</th>`)}
                <th scope="col" class="number">${t("account.lost")}</th>
                <th scope="col">${t("account.balance")}</th>
              </tr>
            </thead>
            <tbody>
              ${(found?.accounts ?? []).map((r) => this.#row(r))}
            </tbody>
          </table>
          ${found && found.accounts.length === 0 ? html`<p class="empty">${t("gateways.none")}</p>` : nothing}
        </div>
        ${this.pager(found?.next)}
      </section>
      <section class="panel">${this.#findings(found?.findings ?? [])}</section>`;
  }

  #row(r) {
    if (r.problem) {
      return html`<tr data-testid="account" data-gateway=${r.gateway}>
        <td class="name"><a class="row-link" href=${to.gateway(r.gateway)}>${r.gateway}</a></td>
        <td class="wrap fault" colspan=${TERMS.length + 2}>${r.problem}</td>
      </tr>`;
    }
    return html`<tr data-testid="account" data-gateway=${r.gateway} data-balanced=${r.balanced}>
      <td class="name"><a class="row-link" href=${to.gateway(r.gateway)}>${r.gateway}</a></td>
      ${TERMS.map((term) => html`<td class="number">${countText(r[term])}</td>`)}
      <td class="number ${lost(r) ? "fault" : ""}">${countText(lost(r))}</td>
      <td class=${r.balanced ? "" : "fault"}>${r.balanced ? `✓ ${t("account.even")}` : `▲ ${t("account.uneven")}`}</td>
    </tr>`;
  }

  #findings(findings) {
    return html`<h2>${t("findings.title")}</h2>
      ${findings.length === 0
        ? html`<p class="empty">${t("findings.none")}</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label=${t("findings.title")}>
            <table data-testid="findings">
              <thead>
                <tr>
                  <th scope="col">${t("alarm.when")}</th>
                  <th scope="col">${t("gateways.gateway")}</th>
                  <th scope="col">${t("findings.kind")}</th>
                  <th scope="col">${t("trend.detail")}</th>
                </tr>
              </thead>
              <tbody>
                ${findings.map(
                  (f) =>
                    html`<tr>
                      <td class="time" title=${f.at}>${timeText(f.at, this.now)}</td>
                      <td><a class="row-link" href=${to.gateway(f.gateway)}>${f.gateway}</a></td>
                      <td>${word("finding", f.kind)}</td>
                      <td class="wrap">${f.detail}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`}`;
  }
}

customElements.define("drme-fleet-accounting", FleetAccounting);
