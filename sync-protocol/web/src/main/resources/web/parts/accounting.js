import { LitElement, html } from "lit";
import { countText, reasonText } from "/assets/parts/format.js";
import { t } from "/assets/parts/text.js";

/** Everything that was dropped, as a number. */
export function lost(reconcile) {
  return Object.values(reconcile?.dropped ?? {}).reduce((sum, n) => sum + Number(n), 0);
}

/** Where every sample went: the terms of the accounting, and whether they balance. */
export class Accounting extends LitElement {
  static properties = { reconcile: { attribute: false }, error: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  render() {
    const r = this.reconcile;
    if (!r) {
      return html`<p class="empty">${this.error ?? t("account.unknown")}</p>`;
    }
    const gone = lost(r);
    const terms = ["read", "derived", "filtered", "accepted", "acknowledged", "pending", "local", "stored", "quarantined", "expired"].filter(
      (name) => r[name] !== undefined && r[name] !== null,
    );
    return html`<div class="figures" data-testid="reconcile" data-balanced=${r.balanced}>
      <div class="figure ${gone ? "fault" : ""}" data-testid="lost">
        <span class="label">${t("account.lost")}</span><span class="big">${countText(gone)}</span>
        <span class="muted"
          >${gone
            ? Object.entries(r.dropped)
                .filter(([, n]) => Number(n) > 0)
                .map(([reason, n]) => `${countText(n)} ${reasonText(reason)}`)
                .join(", ")
            : t("account.nothing-dropped")}</span
        >
      </div>
      ${terms.map(
        (name) =>
          html`<div class="figure" data-testid=${name}>
            <span class="label">${t(`account.${name}`)}</span><span class="big">${countText(r[name])}</span>
            <span class="muted">${t(`account.${name}.note`)}</span>
          </div>`,
      )}
      <div class="figure ${r.balanced === false ? "fault" : ""}">
        <span class="label">${t("account.balance")}</span>
        <span class="big">${r.balanced ? `✓ ${t("account.even")}` : r.balanced === false ? `▲ ${t("account.uneven")}` : "—"}</span>
        <span class="muted">${t("account.balance.note")}</span>
      </div>
    </div>`;
  }
}

customElements.define("drme-accounting", Accounting);
