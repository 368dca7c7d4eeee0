import { LitElement, html, nothing } from "lit";
import { ProblemError, get } from "/assets/parts/api.js";
import { agoText, durationText, millis, quantity, reasonText } from "/assets/parts/format.js";
import { t, word } from "/assets/parts/text.js";
import { stateMark } from "/assets/parts/devices.js";

/** While it is shown it is asked again this often. */
const ASK_EVERY_MS = 3_000;

/**
 * Why a tag is as it is: last good value, what the device said last, the error, when it is tried
 * again. Opens by itself for a tag that is not good, so that choosing it is the one click.
 */
export class Why extends LitElement {
  static properties = {
    item: { attribute: false },
    now: { attribute: false },
    asked: { state: true },
    answer: { state: true },
    problem: { state: true },
  };

  #timer;

  constructor() {
    super();
    this.item = null;
    this.now = Date.now();
    this.asked = null;
    this.answer = null;
    this.problem = null;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => document.hidden || (this.#isOpen && this.#ask()), ASK_EVERY_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  get #isOpen() {
    return this.item !== null && (this.item.quality !== "good" || this.asked === this.item.tag);
  }

  willUpdate(changed) {
    const before = changed.get("item");
    if (changed.has("item") && (before?.tag !== this.item?.tag || before?.quality !== this.item?.quality)) {
      this.answer = before?.tag === this.item?.tag ? this.answer : null;
      this.problem = null;
      if (this.#isOpen) {
        this.#ask();
      }
    }
  }

  #open() {
    this.asked = this.item.tag;
    this.#ask();
  }

  async #ask() {
    const { tag } = this.item;
    let answer = null;
    let problem = null;
    try {
      answer = await get("/api/v1/why", { tag });
    } catch (e) {
      problem = e instanceof ProblemError ? e.text : String(e);
    }
    if (this.item?.tag === tag) {
      this.answer = answer ?? this.answer;
      this.problem = problem;
    }
  }

  render() {
    if (!this.item) {
      return nothing;
    }
    if (!this.#isOpen) {
      return html`<p>
        <button type="button" data-testid="why-open" @click=${() => this.#open()}>${t("why.open")}</button>
      </p>`;
    }
    const title =
      this.item.quality === "good"
        ? t("why.is-good")
        : t("why.is-not", { tag: this.item.tag, quality: word("quality", this.item.quality) });
    return html`<section class="why-panel" data-testid="why" aria-label=${title}>
      <h3>${title}</h3>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.answer ? this.#found(this.answer) : html`<p class="empty">${t("why.asking")}</p>`}
    </section>`;
  }

  #found(why) {
    const { latest, device, exchange } = why;
    return html`<dl>
      <dt>${t("why.quality")}</dt>
      <dd>${word("quality", latest.quality)}${latest.reason ? `: ${reasonText(latest.reason)}` : ""}</dd>
      ${why.error ? html`<dt>${t("why.error")}</dt><dd class="wrap" data-testid="why-error">${why.error}</dd>` : nothing}
      <dt>${t("why.last-good")}</dt>
      <dd>
        ${latest.lastGoodTime
          ? `${quantity(latest.lastGoodValue, latest.unit)}, ${agoText(this.now - millis(latest.lastGoodTime))}`
          : t("why.never")}
      </dd>
      <dt>${t("why.source")}</dt>
      <dd>${why.source} ${device ? stateMark(device.state) : nothing}</dd>
      ${exchange
        ? html`<dt>${t("why.request")}</dt>
            <dd class="bytes" data-testid="why-request">${exchange.request || t("why.no-request")}</dd>
            <dt>${t("why.answer")}</dt>
            <dd class="bytes" data-testid="why-answer">${exchange.answer || t("why.no-answer")}</dd>`
        : nothing}
      <dt>${t("why.next")}</dt>
      <dd class="wrap">${this.#next(why)}</dd>
    </dl>`;
  }

  /** A person reads "in 5 s" sooner than a time of day. */
  #next(why) {
    const tried = why.device?.nextTry ? millis(why.device.nextTry) : null;
    if (tried === null) {
      return why.next;
    }
    return tried > this.now
      ? t("why.tried-in", { span: durationText(tried - this.now) })
      : t("why.tried-now");
  }
}

customElements.define("drme-why", Why);
