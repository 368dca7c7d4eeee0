import { LitElement, html, nothing } from "lit";
import { agoText, countText, durationText, millis, timeText } from "/assets/parts/format.js";
import { t, word } from "/assets/parts/text.js";

const GOOD = new Set(["good", "connected", "online", "ok"]);
const WARN = new Set(["backfilling", "lagging", "degraded", "silent", "stale"]);
const NEUTRAL = new Set(["starting", "connecting", "stopped", "disabled", "unknown"]);

/** Whether something is wrong with what is in it; what starts or was stopped is not. */
export const isFault = (state) => !GOOD.has(state) && !NEUTRAL.has(state);

/** A state by shape, colour and text: quiet where all is well. */
export function stateMark(state) {
  const kind = GOOD.has(state) ? "ok" : NEUTRAL.has(state) ? "idle" : WARN.has(state) ? "warn" : "fault";
  return html`<span class="state ${kind}" data-state=${state}
    ><span class="symbol" aria-hidden="true">${kind === "ok" ? "●" : kind === "idle" ? "○" : "▲"}</span
    >${word("state", state)}</span
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
    const counted = this.devices.some((d) => d.polls !== undefined);
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("view.devices")}>
      <table class="devices" data-testid="devices">
        <thead>
          <tr>
            ${this.fleet ? html`<th scope="col">${t("device.gateway")}</th>` : nothing}
            <th scope="col">${t("device.device")}</th>
            <th scope="col">${t("device.driver")}</th>
            <th scope="col">${t("device.state")}</th>
            <th scope="col">${t("device.why")}</th>
            <th scope="col" class="number">${t("device.last-good")}</th>
            <th scope="col">${t("device.last-error")}</th>
            <th scope="col" class="number">${t("device.next-try")}</th>
            ${counted
              ? html`<th scope="col" class="number">${t("device.polls")}</th>
                  <th scope="col" class="number">${t("device.failed")}</th>
                  <th scope="col" class="number">${t("device.lost")}</th>`
              : nothing}
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
                  ${d.lastGood ? agoText(this.now - millis(d.lastGood)) : t("device.never")}
                </td>
                <td class="wrap muted" title=${d.lastErrorTime ?? ""}>
                  ${d.lastError && d.lastErrorTime
                    ? `${agoText(this.now - millis(d.lastErrorTime))}: `
                    : ""}${d.lastError ?? ""}
                </td>
                <td class="number">
                  ${d.nextTry
                    ? millis(d.nextTry) > this.now
                      ? t("device.in", { span: durationText(millis(d.nextTry) - this.now) })
                      : timeText(d.nextTry, this.now)
                    : ""}
                </td>
                ${counted
                  ? html`<td class="number">${countText(d.polls)}</td>
                      <td class="number">${countText(d.failedPolls)}</td>
                      <td class="number ${d.lostValues > 0 ? "fault" : ""}">${countText(d.lostValues)}</td>`
                  : nothing}
              </tr>`,
          )}
        </tbody>
      </table>
      ${this.devices.length === 0 ? html`<p class="empty">${t("device.none")}</p>` : nothing}
    </div>`;
  }
}

customElements.define("drme-devices", DeviceList);
