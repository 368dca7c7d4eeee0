import { LitElement, html, nothing } from "lit";
import { durationText, millis, reasonText, timeText } from "/assets/parts/format.js";

const GOOD = new Set(["good", "connected", "online", "ok"]);
const WARN = new Set(["backfilling", "lagging", "degraded", "silent", "stale"]);
const NEUTRAL = new Set(["starting", "connecting", "stopped", "disabled", "unknown"]);

/** A state by shape, colour and text: quiet where all is well. */
export function stateMark(state) {
  const kind = GOOD.has(state) ? "ok" : NEUTRAL.has(state) ? "idle" : WARN.has(state) ? "warn" : "fault";
  return html`<span class="state ${kind}" data-state=${state}
    ><span class="symbol" aria-hidden="true">${kind === "ok" ? "●" : kind === "idle" ? "○" : "▲"}</span
    >${reasonText(state)}</span
  >`;
}

/** Devices with their state, why, and when they are tried again. */
export class DeviceList extends LitElement {
  static properties = {
    devices: { attribute: false },
    now: { attribute: false },
    fleet: { type: Boolean },
  };

  constructor() {
    super();
    this.devices = [];
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`<div class="scroll" tabindex="0">
      <table class="devices" data-testid="devices">
        <thead>
          <tr>
            ${this.fleet ? html`<th scope="col">Gateway</th>` : nothing}
            <th scope="col">Device</th>
            <th scope="col">Driver</th>
            <th scope="col">State</th>
            <th scope="col">Why</th>
            <th scope="col" class="number">Last good</th>
            <th scope="col">Last error</th>
            <th scope="col" class="number">Next try</th>
          </tr>
        </thead>
        <tbody>
          ${this.devices.map(
            (d) =>
              html`<tr data-testid="device" data-device=${d.device} data-state=${d.state}>
                ${this.fleet ? html`<td>${d.gateway}</td>` : nothing}
                <td class="name">${d.device}</td>
                <td>${d.driver}</td>
                <td>${stateMark(d.state)}</td>
                <td class="wrap">${d.reason ?? ""}</td>
                <td class="number" title=${d.lastGood ?? ""}>
                  ${d.lastGood ? `${durationText(this.now - millis(d.lastGood))} ago` : "never"}
                </td>
                <td class="wrap muted" title=${d.lastErrorTime ?? ""}>
                  ${d.lastError && d.lastErrorTime
                    ? `${durationText(this.now - millis(d.lastErrorTime))} ago: `
                    : ""}${d.lastError ?? ""}
                </td>
                <td class="number">
                  ${d.nextTry
                    ? millis(d.nextTry) > this.now
                      ? `in ${durationText(millis(d.nextTry) - this.now)}`
                      : timeText(d.nextTry, this.now)
                    : ""}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${this.devices.length === 0 ? html`<p class="empty">No devices.</p>` : nothing}
    </div>`;
  }
}

customElements.define("drme-devices", DeviceList);
