import { LitElement, html, nothing } from "lit";
import { countText, durationText, millis } from "/assets/parts/format.js";
import { stateMark } from "/assets/parts/devices.js";

const MARKS = { up: "ok", missing: "lost", trouble: "trouble" };

/** The members of a centre with their state, why, and what that stands on; nothing where it is alone. */
export class MemberList extends LitElement {
  static properties = {
    members: { attribute: false },
    now: { attribute: false },
  };

  constructor() {
    super();
    this.members = [];
  }

  createRenderRoot() {
    return this;
  }

  render() {
    if (this.members.length < 2) {
      return nothing;
    }
    return html`<section class="panel">
      <h2>Members of the centre</h2>
      <div class="scroll" tabindex="0">
        <table data-testid="members">
          <thead>
            <tr>
              <th scope="col">Member</th>
              <th scope="col">State</th>
              <th scope="col">Why</th>
              <th scope="col" class="number">Last said</th>
              <th scope="col" class="number">Gateways</th>
              <th scope="col" class="number">Messages</th>
              <th scope="col" class="number">Not stored</th>
              <th scope="col" class="number">Memory</th>
              <th scope="col">Version</th>
            </tr>
          </thead>
          <tbody>
            ${this.members.map((m) => this.#row(m))}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  #row(m) {
    return html`<tr data-testid="member" data-member=${m.address} data-state=${m.state}>
      <td class="name">${m.address}${m.asked ? " (this one)" : ""}</td>
      <td>${stateMark(MARKS[m.state] ?? m.state)}</td>
      <td class="wrap">${m.why}</td>
      <td class="number" title=${m.told ?? ""}>
        ${m.told ? `${durationText(Math.max(0, this.now - millis(m.told)))} ago` : "never"}
      </td>
      <td class="number">${m.connections === undefined ? "" : countText(Math.ceil(m.connections / 2))}</td>
      <td class="number">${m.messages === undefined ? "" : countText(m.messages)}</td>
      <td class="number ${m.notStored ? "fault" : ""}">
        ${m.notStored === undefined ? "" : countText(m.notStored)}
      </td>
      <td class="number">${m.heapMost ? `${Math.round((100 * m.heapUsed) / m.heapMost)} %` : ""}</td>
      <td>${m.version ?? ""}</td>
    </tr>`;
  }
}

customElements.define("drme-members", MemberList);
