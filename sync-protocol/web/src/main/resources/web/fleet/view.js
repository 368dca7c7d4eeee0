import { LitElement, html, nothing } from "lit";
import { ProblemError } from "/assets/parts/api.js";
import { t } from "/assets/parts/text.js";

/**
 * One of the fleet's views. What it shows is read by `read()`, at once when its address changes and
 * again every `everyMs`, by one reading at a time; what an older address asked for is not shown.
 */
export class View extends LitElement {
  static properties = {
    fleet: { attribute: false },
    now: { attribute: false },
    place: { attribute: false },
    query: { attribute: false },
    found: { state: true },
    error: { state: true },
  };

  everyMs = 5_000;
  /** Whether it is read at once when alarms changed, and not only every `everyMs`. */
  readsOnChange = true;
  #timer = null;
  #asked = null;
  #answered = null;
  #reading = false;
  #wanted = false;
  #onChanged = () => this.readsOnChange && this.again();

  constructor() {
    super();
    this.found = null;
    this.error = null;
    this.place = "";
    this.query = new URLSearchParams();
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => document.hidden || this.again(), this.everyMs);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.fleet?.removeEventListener("changed", this.#onChanged);
  }

  /** What an answer depends on. */
  asks() {
    return `${this.place}?${this.query}`;
  }

  /** Gives what is shown as `found`; to be overridden. */
  async read() {
    return null;
  }

  willUpdate(changed) {
    if (changed.has("fleet")) {
      this.fleet.addEventListener("changed", this.#onChanged);
    }
    const asks = this.asks();
    if (asks !== this.#asked) {
      this.#asked = asks;
      this.again();
    }
  }

  /** Reads anew. */
  async again() {
    this.#wanted = true;
    if (this.#reading) {
      return;
    }
    this.#reading = true;
    while (this.#wanted && this.isConnected) {
      this.#wanted = false;
      const asked = this.#asked;
      try {
        const found = await this.read();
        if (asked === this.#asked) {
          this.found = found;
          this.#answered = asked;
          this.error = null;
        }
      } catch (e) {
        if (asked === this.#asked) {
          this.error = e instanceof ProblemError ? e.text : String(e);
        }
      }
    }
    this.#reading = false;
  }

  /** Whether what is found is the answer to what is asked now, and not to an address before. */
  get isAnswered() {
    return this.#answered === this.asks();
  }

  /** Why it could not be read, in its place. */
  problem() {
    return this.error ? html`<p class="problem" role="alert">${this.error}</p>` : nothing;
  }
}

/** A view of a long list, of which it holds one page. */
export class PagedView extends View {
  static properties = { cursors: { state: true } };

  #of = "";

  constructor() {
    super();
    this.cursors = [];
  }

  willUpdate(changed) {
    const of = `${this.place}?${this.query}`;
    if (of !== this.#of) {
      this.#of = of;
      this.cursors = [];
    }
    super.willUpdate(changed);
  }

  asks() {
    return `${super.asks()} ${this.cursors.at(-1) ?? ""}`;
  }

  get cursor() {
    return this.cursors.at(-1);
  }

  /** The way to the pages before and behind; nothing where there is one page. */
  pager(next) {
    if (this.cursors.length === 0 && !next) {
      return nothing;
    }
    // Until the answer is there `next` is of the page before; from one that fails there is a way back.
    const waits = !this.isAnswered;
    return html`<div class="toolbar pager">
      <button type="button" data-testid="page-before" ?disabled=${this.cursors.length === 0 || (waits && !this.error)} @click=${() => (this.cursors = this.cursors.slice(0, -1))}>
        ◀ ${t("list.before")}
      </button>
      <span class="muted">${t("list.page", { n: this.cursors.length + 1 })}</span>
      <button type="button" data-testid="page-next" ?disabled=${!next || waits} @click=${() => (this.cursors = [...this.cursors, next])}>
        ${t("list.next")} ▶
      </button>
    </div>`;
  }
}

const given = (query) => {
  const text = new URLSearchParams(Object.entries(query).filter(([, v]) => v !== "" && v !== null && v !== undefined)).toString();
  return text ? `?${text}` : "";
};

/** Addresses of views. */
export const to = {
  view: (id) => `#/${id}`,
  sites: (query = {}) => `#/sites${given(query)}`,
  gateways: (query = {}) => `#/gateways${given(query)}`,
  gateway: (id) => `#/gateway/${encodeURIComponent(id)}`,
  alarms: (query = {}) => `#/alarms${given(query)}`,
  explore: (query = {}) => `#/explore${given(query)}`,
  sql: (query = {}) => `#/sql${given(query)}`,
  accounting: (query = {}) => `#/accounting${given(query)}`,
};

/** A glob for a site and all below it; empty for the whole fleet. */
export const siteGlob = (path) => (path ? `${path}/**` : "");

/** The address as it is, with some of its query otherwise; an empty value takes one out. */
export function changed(query, wanted) {
  const next = Object.fromEntries(query);
  return { ...next, ...wanted };
}
