import { LitElement, html } from "lit";
import { stateMark } from "/assets/parts/devices.js";
import { agoText, countText, durationText, millis, percentText } from "/assets/parts/format.js";
import { t } from "/assets/parts/text.js";

const MARKS = { up: "ok", missing: "lost", trouble: "trouble" };

/** The members of a centre with their state, why, and what that stands on. */
export class MemberList extends LitElement {
  static properties = {
    members: { attribute: false },
    /** Partitions of the grid by member. */
    owned: { attribute: false },
    now: { attribute: false },
  };

  constructor() {
    super();
    this.members = [];
    this.owned = {};
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t("cluster.members")}>
      <table data-testid="members">
        <thead>
          <tr>
            <th scope="col">${t("member.member")}</th>
            <th scope="col">${t("gateways.state")}</th>
            <th scope="col">${t("gateways.why")}</th>
            <th scope="col" class="number">${t("member.told")}</th>
            <th scope="col" class="number">${t("member.up")}</th>
            <th scope="col" class="number">${t("view.gateways")}</th>
            <th scope="col" class="number">${t("cluster.partitions")}</th>
            <th scope="col" class="number">${t("member.messages")}</th>
            <th scope="col" class="number">${t("member.not-stored")}</th>
            <th scope="col" class="number">${t("member.memory")}</th>
            <th scope="col">${t("gateways.version")}</th>
          </tr>
        </thead>
        <tbody>
          ${this.members.map((m) => this.#row(m))}
        </tbody>
      </table>
    </div>`;
  }

  #row(m) {
    const count = (n) => (n === undefined ? "" : countText(n));
    return html`<tr data-testid="member" data-member=${m.address} data-state=${m.state}>
      <td class="name">
        ${m.address}
        <span class="muted because">${[...(m.asked ? [t("member.this")] : []), ...(m.first ? [t("member.first")] : [])].join(", ")}</span>
      </td>
      <td>${stateMark(MARKS[m.state] ?? m.state)}</td>
      <td class="wrap">${m.why}</td>
      <td class="number" title=${m.told ?? ""}>${m.told ? agoText(Math.max(0, this.now - millis(m.told))) : t("device.never")}</td>
      <td class="number">${m.started ? durationText(this.now - millis(m.started)) : ""}</td>
      <td class="number">${m.connections === undefined ? "" : countText(Math.ceil(m.connections / 2))}</td>
      <td class="number">${count(this.owned[m.address])}</td>
      <td class="number">${count(m.messages)}</td>
      <td class="number ${m.notStored ? "fault" : ""}">${count(m.notStored)}</td>
      <td class="number">${m.heapMost ? percentText(m.heapUsed / m.heapMost) : ""}</td>
      <td>${m.version ?? ""}</td>
    </tr>`;
  }
}

customElements.define("drme-members", MemberList);
