// For the engineer: tries a device step by step, takes what it offers as tags, plans, applies on trial.
import { LitElement, html, nothing } from "lit";
import { ProblemError, get, mayAct, post, session, untilDone } from "/assets/parts/api.js";
import { t, word } from "/assets/parts/text.js";
import { tagsOfCsv, csvOfTags, treeOf } from "/assets/plant/found.js";
import "/assets/parts/shell.js";

/** Commands take their time: a browse of a slow device, some seconds a table. */
const COMMAND_LIMIT_MS = 70_000;
const TRIAL_S = 60;
const CLOCK_EVERY_MS = 1_000;
const DRIVERS = { tcp: "modbus", rtu: "modbus", "rtu-tcp": "modbus", "opc.tcp": "opcua", sim: "gpio", chip: "gpio", mqtt: "mqtt", mqtts: "mqtt" };

class Commission extends LitElement {
  static properties = {
    who: { state: true },
    now: { state: true },
    access: { state: true },
    busy: { state: true },
    problem: { state: true },
    steps: { state: true },
    offers: { state: true },
    picked: { state: true },
    readings: { state: true },
    tags: { state: true },
    device: { state: true },
    plan: { state: true },
    trial: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    this.now = Date.now();
    this.access = { url: "" };
    this.busy = "";
    this.problem = null;
    this.steps = null;
    this.offers = null;
    this.picked = new Set();
    this.readings = null;
    this.tags = [];
    this.device = "";
    this.plan = null;
    this.trial = null;
    this.said = "";
  }

  createRenderRoot() {
    return this;
  }

  async connectedCallback() {
    super.connectedCallback();
    setInterval(() => (this.now = Date.now()), CLOCK_EVERY_MS);
    const say = (text) => {
      if (text || this.problem?.what === "start") {
        this.problem = text && { what: "start", text };
      }
    };
    this.who = await untilDone(session, say);
    const status = await untilDone(() => get("/api/v1/status"), say);
    this.gateway = status.gateway;
    this.requestUpdate();
  }

  firstUpdated() {
    document.getElementById("boot")?.remove();
  }

  /** Does one thing; what goes wrong is shown beside its button. */
  async #do(what, act) {
    this.busy = what;
    this.problem = null;
    try {
      await act();
    } catch (e) {
      this.problem = { what, text: e instanceof ProblemError ? e.text : String(e) };
    } finally {
      this.busy = "";
    }
  }

  /** Runs a command of the command line; an exit other than 0 is told in its own words. */
  async #command(what, more) {
    const answer = await post(`/api/v1/commission/${what}`, { ...this.access, ...more }, null, COMMAND_LIMIT_MS);
    this.said = answer.said;
    if (answer.exit !== 0 && answer.items.length === 0) {
      throw new ProblemError({ detail: answer.said });
    }
    return answer.items;
  }

  #fields(event) {
    event.preventDefault();
    this.access = { url: "", ...filled(this.querySelector("form.access")) };
    return filled(event.target);
  }

  #connect(event) {
    this.#fields(event);
    this.#do("probe", async () => (this.steps = await this.#command("probe", {})));
  }

  #browse(event) {
    const fields = this.#fields(event);
    this.#do("browse", async () => {
      this.picked = new Set();
      this.offers = await this.#command("browse", fields);
    });
  }

  #read(event) {
    const fields = this.#fields(event);
    this.#do("read", async () => (this.readings = await this.#command("read", fields)));
  }

  render() {
    const views = [{ id: "overview", title: t("commission.back"), href: "/" }, { id: "commission", title: t("view.commission"), href: "/commission" }];
    return html`<drme-shell
        .name=${this.gateway ?? ""}
        .place=${t("commission.title")}
        .views=${views}
        .view=${"commission"}
        .who=${this.who}
        .live=${"open"}
        .now=${this.now}
      ></drme-shell>
      <main id="main" tabindex="-1">
        ${this.problem?.what === "start"
          ? html`<section class="panel"><p class="problem" role="alert" data-testid="not-yet">${this.problem.text}</p></section>`
          : nothing}
        ${this.who ? this.#main() : nothing}
      </main>`;
  }

  #main() {
    if (!mayAct(this.who.role, "engineer")) {
      return html`<section class="panel"><p>${t("commission.needs", { role: word("role", this.who.role) })}</p></section>`;
    }
    return html`${this.#connection()} ${this.#found()} ${this.#decodings()} ${this.#chosen()} ${this.#planning()}`;
  }

  #field(name, label, more = {}) {
    return html`<label
      >${label}
      <input
        name=${name}
        data-testid="field-${name}"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        ?required=${more.required ?? false}
        .value=${more.value ?? ""}
    /></label>`;
  }

  #button(what, label) {
    return html`<button class="primary" data-testid="do-${what}" ?disabled=${this.busy !== ""}>
        ${this.busy === what ? t("commission.busy") : label}
      </button>
      ${this.problem?.what === what
        ? html`<p class="problem" role="alert" data-testid="problem-${what}">${this.problem.text}</p>`
        : nothing}`;
  }

  #connection() {
    return html`<section class="panel">
      <h2>${t("commission.connection")}</h2>
      <form class="fields access" @input=${() => this.#outdate()} @submit=${(e) => this.#connect(e)}>
        ${this.#field("url", t("commission.url"), { required: true, value: this.access.url })}
        ${this.#field("unitId", t("commission.unit"))} ${this.#field("base", t("commission.base"))}
        ${this.#field("policy", t("commission.policy"))} ${this.#field("user", t("commission.user"))}
        ${this.#field("passwordFile", t("commission.password-file"))} ${this.#field("timeout", t("commission.timeout"), { value: "2s" })}
        ${this.#button("probe", t("commission.probe"))}
      </form>
      ${this.steps ? this.#stepTable() : nothing}
    </section>`;
  }

  #stepTable() {
    return html`<table data-testid="steps">
        <caption>
          ${t("commission.steps")}
        </caption>
        <thead>
          <tr>
            <th scope="col">${t("commission.step")}</th>
            <th scope="col">${t("commission.result")}</th>
            <th scope="col">${t("commission.detail")}</th>
          </tr>
        </thead>
        <tbody>
          ${this.steps.map(
            (s) =>
              html`<tr data-result=${s.result}>
                <td class="name">${s.step}</td>
                <td class=${s.result === "ok" ? "" : "fault"}>
                  ${s.result === "ok" ? `✓ ${t("commission.ok")}` : `▲ ${t("commission.failed")}`}
                </td>
                <td class="wrap">${s.detail}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${this.said ? html`<p class="muted">${this.said}</p>` : nothing}`;
  }

  #found() {
    return html`<section class="panel">
      <h2>${t("commission.find")}</h2>
      <form class="fields" @submit=${(e) => this.#browse(e)}>
        ${this.#field("match", t("commission.match"))} ${this.#field("from", t("commission.from"))}
        ${this.#field("to", t("commission.to"))} ${this.#field("topic", t("commission.topic"))}
        ${this.#field("for", t("commission.listen"))} ${this.#button("browse", t("commission.browse"))}
      </form>
      ${this.offers
        ? html`<p data-testid="offers-count">
              ${t("commission.offers-n", { n: this.offers.length, picked: this.picked.size })}
            </p>
            <div class="tree" data-testid="offers">${treeOf(this.offers).map((node) => this.#node(node))}</div>
            ${this.offers.length === 0 ? html`<p class="empty">${t("commission.none")}</p>` : nothing}`
        : nothing}
    </section>`;
  }

  #node(node) {
    if (node.offer) {
      return this.#offer(node);
    }
    const below = leavesOf(node);
    const all = below.every((o) => this.picked.has(o.name));
    return html`<details open>
      <summary>${node.word} (${below.length})</summary>
      <div class="below">
        <label class="tick"
          ><input type="checkbox" .checked=${all} @change=${(e) => this.#tick(below, e.target.checked)} />
          ${t("commission.folder", { name: node.word })}</label
        >
        ${node.nodes.map((n) => this.#node(n))}
      </div>
    </details>`;
  }

  #offer({ word: name, offer }) {
    return html`<label class="tick" data-testid="offer" data-name=${offer.name}
      ><input type="checkbox" .checked=${this.picked.has(offer.name)} @change=${(e) => this.#tick([offer], e.target.checked)} />
      <span>${name}</span> <span class="muted">${offer.address} · ${offer.type}</span> <strong>${offer.value}</strong>
      <span class="muted">${offer.note}</span></label
    >`;
  }

  /** What is ticked is a tag to take over, and no longer where it is not. */
  #tick(offers, on) {
    const names = new Set(offers.map((o) => o.name));
    const picked = new Set(this.picked);
    names.forEach((n) => (on ? picked.add(n) : picked.delete(n)));
    this.picked = picked;
    const others = this.tags.filter((tag) => !names.has(tag.name));
    const taken = offers.map(({ value: _value, note: _note, ...tag }) => tag);
    this.#setTags(on ? [...others, ...taken] : others);
  }

  #setTags(tags) {
    this.tags = tags;
    this.#outdate();
  }

  /** A plan holds for what was asked; after a change it must not be applied, nor come late. */
  #outdate() {
    this.#edits++;
    this.plan = null;
  }

  #edits = 0;

  async #makePlan() {
    const edits = this.#edits;
    const plan = await post("/api/v1/commission/plan", this.#body, null, COMMAND_LIMIT_MS);
    if (edits === this.#edits) {
      this.plan = plan;
    }
  }

  #decodings() {
    const heads = ["type", "order", "plausible", "value", "reads"];
    return html`<section class="panel">
      <h2>${t("commission.decode")}</h2>
      <form class="fields" @submit=${(e) => this.#read(e)}>
        ${this.#field("address", t("commission.decode.address"), { required: true })}
        ${this.#field("range", t("commission.range"))} ${this.#button("read", t("commission.read"))}
      </form>
      ${this.readings
        ? html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t("commission.decode")}>
            <table data-testid="readings">
              <thead>
                <tr>
                  ${heads.map((h) => html`<th scope="col">${t(`commission.${h}`)}</th>`)}
                  <th scope="col">${t("commission.take")}</th>
                </tr>
              </thead>
              <tbody>
                ${this.readings.map(
                  (r) =>
                    html`<tr data-type=${r.type} data-order=${r.order}>
                      ${heads.map((h) => html`<td class=${h === "reads" ? "wrap" : ""}>${r[h]}</td>`)}
                      <td>
                        <button
                          type="button"
                          data-testid="take"
                          aria-label=${t("commission.take-as", { type: `${r.type} ${r.order}`, address: r.address })}
                          @click=${() => this.#take(r)}
                        >
                          ${t("commission.take")}
                        </button>
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
        : nothing}
    </section>`;
  }

  #take({ address, type, order }) {
    const name = address.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "") || "tag";
    this.#setTags([...this.tags.filter((tag) => tag.name !== name), { name, address, type, ...(order ? { order } : {}) }]);
  }

  async #load(event) {
    const [file] = event.target.files;
    if (file) {
      await this.#do("load", async () => this.#setTags(tagsOfCsv(await file.text())));
    }
    event.target.value = "";
  }

  #save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csvOfTags(this.tags)], { type: "text/csv;charset=utf-8" }));
    link.download = `${this.device || "device"}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  #chosen() {
    const columns = { name: "name", address: "address", type: "type", order: "order", unit: "unit-of", poll: "poll" };
    return html`<section class="panel">
      <div class="toolbar">
        <h2>${t("commission.tags")} (${this.tags.length})</h2>
        <span class="spring"></span>
        <label class="button file">${t("commission.load")} <input type="file" accept=".csv" class="hidden" @change=${(e) => this.#load(e)} /></label>
        <button type="button" data-testid="save" ?disabled=${this.tags.length === 0} @click=${() => this.#save()}>${t("commission.save")}</button>
      </div>
      ${this.problem?.what === "load" ? html`<p class="problem" role="alert">${this.problem.text}</p>` : nothing}
      ${this.tags.length === 0
        ? html`<p class="empty">${t("commission.tags.none")}</p>`
        : html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t("commission.tags")}>
            <table data-testid="chosen">
              <thead>
                <tr>
                  ${Object.values(columns).map((key) => html`<th scope="col">${t(`commission.${key}`)}</th>`)}
                  <th scope="col">${t("commission.remove")}</th>
                </tr>
              </thead>
              <tbody>
                ${this.tags.map((tag, i) => this.#tag(tag, i, columns))}
              </tbody>
            </table>
          </div>`}
    </section>`;
  }

  #tag(tag, i, columns) {
    const change = (key, value) => this.#setTags(this.tags.with(i, { ...tag, [key]: value.trim() }));
    return html`<tr data-testid="chosen-tag">
      ${Object.entries(columns).map(
        ([key, label]) =>
          html`<td>
            <input
              aria-label="${t(`commission.${label}`)} ${tag.name}"
              data-key=${key}
              .value=${tag[key] ?? ""}
              @change=${(e) => change(key, e.target.value)}
            />
          </td>`,
      )}
      <td>
        <button type="button" aria-label=${t("commission.remove-one", { name: tag.name })} @click=${() => this.#setTags(this.tags.toSpliced(i, 1))}>×</button>
      </td>
    </tr>`;
  }

  /** The device as it would stand in the file. */
  get #body() {
    const { url, unitId, base } = this.access;
    const keys = { driver: DRIVERS[url.split(":", 1)[0]] ?? "", url, "unit-id": unitId ?? "", base: base ?? "" };
    const tags = this.tags.map((tag) => Object.fromEntries(Object.entries(tag).filter(([, v]) => v)));
    return { device: this.device, keys: Object.fromEntries(Object.entries(keys).filter(([, v]) => v)), tags };
  }

  #planning() {
    return html`<section class="panel">
      <h2>${t("commission.device")}</h2>
      <form
        class="fields"
        @submit=${(e) => {
          this.device = this.#fields(e).device ?? "";
          this.#do("plan", () => this.#makePlan());
        }}
        @input=${() => this.#outdate()}
      >
        ${this.#field("device", t("commission.device.name"), { required: true, value: this.device })}
        ${this.#button("plan", t("commission.plan"))}
      </form>
      ${this.plan ? this.#planned() : nothing} ${this.trial ? this.#onTrial() : nothing}
    </section>`;
  }

  #planned() {
    const { changes, lines, tests } = this.plan;
    const failed = tests?.failed ?? 0;
    return html`<h3>${t("commission.changes")}</h3>
      <pre data-testid="plan" tabindex="0">${changes.length ? changes.join("\n") : t("commission.no-change")}</pre>
      <h3>${t("commission.costs")}</h3>
      <pre tabindex="0">${lines.join("\n")}</pre>
      ${failed ? html`<p class="problem">${t("commission.tests", { n: failed })}</p>` : nothing}
      <form @submit=${(e) => this.#apply(e)}>${this.#button("apply", t("commission.apply"))}</form>`;
  }

  #apply(event) {
    event.preventDefault();
    this.#do("apply", async () => {
      const answer = await post("/api/v1/commission/apply", { ...this.#body, confirmWithin: `${TRIAL_S}s` }, null, COMMAND_LIMIT_MS);
      this.trial = { file: answer.file, endsAt: Date.now() + TRIAL_S * 1_000, kept: !answer.onTrial };
      this.plan = null;
    });
  }

  #onTrial() {
    const left = Math.ceil((this.trial.endsAt - this.now) / 1_000);
    const text = this.trial.kept
      ? t("commission.kept")
      : left > 0
        ? t("commission.on-trial", { n: left })
        : t("commission.went-back", { file: this.trial.file });
    return html`<p role="status" data-testid="trial" class=${this.trial.kept || left > 0 ? "" : "warn"}>
        ${t("commission.file", { file: this.trial.file })}. ${text}
      </p>
      ${!this.trial.kept && left > 0
        ? html`<form
            @submit=${(e) => {
              e.preventDefault();
              this.#do("keep", async () => {
                await post("/api/v1/configuration/confirm");
                this.trial = { ...this.trial, kept: true };
              });
            }}
          >
            ${this.#button("keep", t("commission.keep"))}
          </form>`
        : nothing}`;
  }
}

/** What was written into a form, by name. */
const filled = (form) => Object.fromEntries([...new FormData(form)].map(([k, v]) => [k, v.trim()]).filter(([, v]) => v));

const leavesOf = (node) => (node.offer ? [node.offer] : node.nodes.flatMap(leavesOf));

customElements.define("drme-commission", Commission);
