// How the gateway itself does: devices, pipelines, store and uplink.
import { html, nothing } from "lit";
import "/assets/parts/accounting.js";
import { stateMark } from "/assets/parts/devices.js";
import { bytesText, countText, hoursText, percentText, spanText } from "/assets/parts/format.js";
import { t } from "/assets/parts/text.js";
import { uplinkOf } from "/assets/plant/model.js";
import { View } from "/assets/plant/view.js";

const DAYS_PER_YEAR = 365;
const THEN = { "drop-oldest": "store.then.drop-oldest", thin: "store.then.thin", stop: "store.then.stop" };

class DevicesView extends View {
  render() {
    return html`<section class="panel">
      <h2 class="hidden">${t("view.devices")}</h2>
      ${this.problem("devices")}
      <drme-devices .devices=${this.plant.devices} .now=${this.now}></drme-devices>
    </section>`;
  }
}

class PipelinesView extends View {
  render() {
    const engine = this.plant.status?.engine;
    if (!engine) {
      return html`<section class="panel"><p class="empty">${this.plant.problems.status ?? t("account.unknown")}</p></section>`;
    }
    return html`<section class="panel">
        <h2>${t("pipe.title")}</h2>
        ${this.problem("status")} ${this.#totals(engine)}
        <div class="scroll-x" tabindex="0" role="region" aria-label=${t("pipe.title")}>
          <table data-testid="pipelines">
            <thead>
              <tr>
                <th scope="col">${t("pipe.pipeline")}</th>
                <th scope="col" class="number">${t("pipe.rate")}</th>
                <th scope="col" class="number">${t("pipe.queue")}</th>
                <th scope="col" class="number">${t("pipe.age")}</th>
                <th scope="col" class="number">${t("pipe.within")}</th>
                <th scope="col" class="number">${t("pipe.overdue")}</th>
                <th scope="col" class="number">${t("pipe.late")}</th>
                <th scope="col" class="number">${t("pipe.cpu")}</th>
                <th scope="col" class="number">${t("pipe.cost")}</th>
                <th scope="col" class="number">${t("pipe.memory")}</th>
              </tr>
            </thead>
            <tbody>
              ${engine.pipelines.map((p) => this.#row(p))}
            </tbody>
          </table>
          ${engine.pipelines.length === 0 ? html`<p class="empty">${t("pipe.none")}</p>` : nothing}
        </div>
      </section>
      <section class="panel">
        <h2>${t("pipe.slowed")}</h2>
        ${engine.slowedDevices.length
          ? engine.slowedDevices.map((d) => html`<p class="warn">▲ ${t("store.note.slowed", { device: d.device, why: d.reason })}</p>`)
          : html`<p class="muted">${t("pipe.slowed.none")}</p>`}
      </section>`;
  }

  #totals(engine) {
    const over = (value, limit) => (value > limit ? "fault" : "");
    return html`<div class="figures">
      <div class="figure ${over(engine.cpu, engine.cpuLimit)}">
        <span class="label">${t("pipe.total-cpu")}</span><span class="big">${percentText(engine.cpu)}</span>
        <span class="muted">${t("pipe.total-cpu.note", { limit: percentText(engine.cpuLimit) })}</span>
      </div>
      <div class="figure ${over(engine.memoryBytes, engine.memoryLimitBytes)}">
        <span class="label">${t("pipe.total-memory")}</span><span class="big">${bytesText(engine.memoryBytes)}</span>
        <span class="muted">${t("pipe.total-memory.note", { limit: bytesText(engine.memoryLimitBytes) })}</span>
      </div>
      <div class="figure">
        <span class="label">${t("pipe.total-queue")}</span><span class="big">${countText(engine.waiting)}</span>
        <span class="muted">${t("pipe.total-queue.note", { n: countText(engine.queuedBatches) })}</span>
      </div>
    </div>`;
  }

  #row(p) {
    return html`<tr data-testid="pipeline" data-pipeline=${p.pipeline}>
      <td class="name">${p.pipeline}</td>
      <td class="number">${countText(p.samplesPerSecond)}</td>
      <td class="number ${p.waiting > 0 ? "warn" : ""}">${countText(p.waiting)}</td>
      <td class="number ${p.ageSeconds > 1 ? "warn" : ""}">${t("pipe.seconds", { n: p.ageSeconds })}</td>
      <td class="number">${p.within}</td>
      <td class="number ${p.overdue > 0 ? "warn" : ""}">${t("pipe.times", { n: countText(p.overdue) })}</td>
      <td class="number ${p.late > 0 ? "warn" : ""}">${countText(p.late)}</td>
      <td class="number">${percentText(p.cpu)}</td>
      <td class="number">${t("pipe.ns", { n: countText(p.nanosPerSample) })}</td>
      <td class="number">${bytesText(p.stateBytes + p.waitingBytes)}</td>
    </tr>`;
  }
}

/** What a person should see to, a sentence each. */
function notesOf({ configuration, engine, store }) {
  return [
    ...(engine?.slowedDevices ?? []).map((d) => t("store.note.slowed", { device: d.device, why: d.reason })),
    configuration?.broken && t("store.note.broken", { why: configuration.broken }),
    configuration?.changedNotApplied && t("store.note.changed"),
    store?.failing && t("store.note.failing"),
  ].filter(Boolean);
}

class StoreView extends View {
  render() {
    const { reconcile, problems, status } = this.plant;
    return html`<section class="panel">
        <h2>${t("store.title")}</h2>
        <drme-accounting .reconcile=${reconcile} .error=${problems.status}></drme-accounting>
      </section>
      <section class="panel">
        <h2>${t("store.state")}</h2>
        ${status ? this.#facts(status) : html`<p class="empty">${problems.status ?? t("account.unknown")}</p>`}
      </section>`;
  }

  #facts(status) {
    const uplink = uplinkOf(status);
    return html`<dl data-testid="status">
      <dt>${t("store.uplink")}</dt>
      <dd class="stack">
        <span>${uplink ? stateMark(uplink.state) : t("overview.no-uplink")} ${status.uplink?.url ?? ""}</span>
        ${uplink?.why ? html`<span class="muted">${uplink.why}</span>` : nothing}
      </dd>
      ${this.#backlog(status)} ${this.#disk(status.store)} ${this.#rest(status)}
    </dl>`;
  }

  #backlog(status) {
    const pending = this.plant.reconcile ? Number(this.plant.reconcile.pending) : null;
    const drain = status.uplink?.timeToDrain;
    return html`<dt>${t("store.backlog")}</dt>
      <dd>
        ${t("store.backlog.text", {
          blocks: countText(status.store?.pendingBlocks),
          events: countText(status.store?.pendingEvents),
          samples: countText(this.plant.reconcile?.pending),
        })}
      </dd>
      <dt>${t("store.drain")}</dt>
      <dd data-testid="drain">${pending === 0 ? t("store.drain.none") : drain ? spanText(drain) : t("store.drain.unknown")}</dd>
      ${this.#traffic(status.uplink?.traffic ?? [])}`;
  }

  #traffic(streams) {
    return html`<dt>${t("store.sent")}</dt>
      <dd class="stack" data-testid="traffic">
        ${streams.map(
          (s) => html`<span data-stream=${s.stream} class=${s.waits ? "warn" : ""}
            >${t(`store.sent.${s.stream}`)} ${bytesText(s.sentBytes)}${s.limit ? t("store.sent.limit", { kbit: countText(s.limit / 1000) }) : ""}${s.waits ? t("store.sent.waits") : ""}</span
          >`,
        )}
      </dd>`;
  }

  #disk(store) {
    const written = store?.writtenBytesADay;
    return html`<dt>${t("store.on-disk")}</dt>
      <dd>${bytesText(Number(store?.sizeBytes))}</dd>
      <dt>${t("store.autonomy")}</dt>
      <dd data-testid="autonomy">
        ${Number.isFinite(store?.autonomyHours)
          ? t("store.autonomy.text", { span: hoursText(store.autonomyHours), then: THEN[store.whenFull] ? t(THEN[store.whenFull]) : "—" })
          : html`<span class="muted">${t("store.autonomy.unknown")}</span>`}
      </dd>
      <dt>${t("store.wear")}</dt>
      <dd data-testid="wear">
        ${Number.isFinite(written)
          ? t("store.wear.text", { day: bytesText(written), year: bytesText(written * DAYS_PER_YEAR) })
          : html`<span class="muted">${t("store.wear.unknown")}</span>`}
      </dd>`;
  }

  #rest({ clock, configuration, ...others }) {
    const notes = notesOf({ configuration, ...others });
    return html`<dt>${t("store.clock")}</dt>
      <dd data-testid="clock">
        ${clock?.state === "synced"
          ? clock.words
          : html`<span class=${clock?.state === "never-set" ? "warn" : "muted"}>${clock?.words ?? t("store.clock.unknown")}</span>`}
      </dd>
      <dt>${t("store.configuration")}</dt>
      <dd>
        ${configuration
          ? html`${t("store.version", { n: configuration.version })} <code class="muted">${(configuration.hash ?? "").slice(0, 12)}</code>`
          : "—"}
      </dd>
      <dt>${t("store.notes")}</dt>
      <dd class="stack">${notes.length ? notes.map((n) => html`<span class="warn">▲ ${n}</span>`) : t("store.notes.none")}</dd>`;
  }
}

customElements.define("drme-devices-view", DevicesView);
customElements.define("drme-pipelines-view", PipelinesView);
customElements.define("drme-store-view", StoreView);
