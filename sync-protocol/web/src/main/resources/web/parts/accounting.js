import { LitElement, html } from "lit";
import { countText, reasonText } from "/assets/parts/format.js";

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
      return html`<p class="empty">${this.error ?? "Not known yet."}</p>`;
    }
    const gone = lost(r);
    const terms = [
      ["read", "Read", "from devices"],
      ["derived", "Derived", "by pipelines"],
      ["filtered", "Filtered", "within the deadband"],
      ["accepted", "Accepted", "safe on the gateway's disk"],
      ["acknowledged", "Acknowledged", "safe in the centre"],
      ["pending", "Pending", "on their way"],
      ["local", "Local", "kept on site"],
      ["stored", "Stored", "in the centre"],
      ["quarantined", "Quarantined", "kept, not readable yet"],
      ["expired", "Expired", "after their time"],
    ].filter(([name]) => r[name] !== undefined && r[name] !== null);
    return html`<div class="figures" data-testid="reconcile" data-balanced=${r.balanced}>
      <div class="figure ${gone ? "fault" : ""}" data-testid="lost">
        <span class="label">Lost</span><span class="big">${countText(gone)}</span>
        <span class="muted"
          >${gone
            ? Object.entries(r.dropped)
                .filter(([, n]) => Number(n) > 0)
                .map(([reason, n]) => `${countText(n)} ${reasonText(reason)}`)
                .join(", ")
            : "nothing dropped"}</span
        >
      </div>
      ${terms.map(
        ([name, label, note]) =>
          html`<div class="figure" data-testid=${name}>
            <span class="label">${label}</span><span class="big">${countText(r[name])}</span>
            <span class="muted">${note}</span>
          </div>`,
      )}
      <div class="figure ${r.balanced === false ? "fault" : ""}">
        <span class="label">Balance</span>
        <span class="big">${r.balanced ? "✓ even" : r.balanced === false ? "▲ uneven" : "—"}</span>
        <span class="muted">read + derived = filtered + accepted + dropped</span>
      </div>
    </div>`;
  }
}

customElements.define("drme-accounting", Accounting);
