import { LitElement, html, nothing } from "lit";
import { remove, signIn } from "/assets/parts/api.js";
import { timeText } from "/assets/parts/format.js";
import { language, languages, speak, t, word } from "/assets/parts/text.js";

const TOAST_MS = 8_000;

/** Tells a person something for a while; screen readers read it out. */
export function toast(text) {
  let region = document.getElementById("toasts");
  if (!region) {
    region = document.createElement("div");
    region.id = "toasts";
    region.setAttribute("role", "status");
    region.setAttribute("aria-live", "polite");
    document.body.append(region);
  }
  const note = document.createElement("p");
  note.textContent = text;
  region.append(note);
  setTimeout(() => note.remove(), TOAST_MS);
}

function isDark() {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** The head of a page: what it is, its views, the connection, the clock and the user. */
export class Shell extends LitElement {
  static properties = {
    name: { attribute: false },
    place: { attribute: false },
    views: { attribute: false },
    view: { attribute: false },
    who: { attribute: false },
    live: { attribute: false },
    lastHeard: { attribute: false },
    now: { attribute: false },
  };

  constructor() {
    super();
    this.views = [];
    this.live = "connecting";
    this.now = Date.now();
  }

  createRenderRoot() {
    return this;
  }

  #theme() {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem("drme-theme", next);
    } catch {
      // Storage is forbidden; the choice lasts as long as the page.
    }
    dispatchEvent(new Event("themechange"));
    this.requestUpdate();
  }

  async #signOut() {
    await remove("/api/v1/session").catch(() => {});
    signIn();
  }

  /** The address names the view, so the way to the content must not change it. */
  #skip(event) {
    event.preventDefault();
    document.getElementById("main")?.focus();
  }

  #languages() {
    return html`<select
      class="language"
      data-testid="language"
      aria-label=${t("shell.language")}
      @change=${(e) => speak(e.target.value)}
    >
      ${languages.map((l) => html`<option value=${l.id} ?selected=${l.id === language}>${l.name}</option>`)}
    </select>`;
  }

  render() {
    return html`
      <header>
        <a class="skip" href="#main" @click=${(e) => this.#skip(e)}>${t("shell.skip")}</a>
        <div class="mark">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M2 12h4l3-8 5 16 3-8h5" fill="none" stroke="currentColor" stroke-width="2.4" />
          </svg>
          <span class="stack">
            <h1 data-testid="title">${this.name}</h1>
            <span class="muted">${this.place}</span>
          </span>
        </div>
        <nav aria-label=${t("shell.views")}>
          ${this.views.map(
            (v) => html`<a
              href=${v.href ?? `#${v.id}`}
              data-testid="view-${v.id}"
              aria-current=${v.id === this.view ? "page" : "false"}
              >${v.title}${v.badge ? html`<span class="badge">${v.badge}</span>` : nothing}</a
            >`,
          )}
        </nav>
        <span class="spring"></span>
        <span class="link ${this.live}" data-testid="connection" data-state=${this.live} role="status">
          <span class="symbol" aria-hidden="true">${this.live === "open" ? "●" : "▲"}</span>
          ${t(this.live === "open" ? "shell.live" : this.live === "closed" ? "shell.disconnected" : "shell.connecting")}
        </span>
        <time class="clock">${timeText(this.now, this.now)}</time>
        ${languages.length > 1 ? this.#languages() : nothing}
        <button type="button" class="plain" data-testid="theme" @click=${() => this.#theme()} aria-label=${t("shell.theme")}>
          ${isDark() ? "☀" : "☾"}
        </button>
        ${this.who
          ? html`<span class="who stack" data-testid="who"
                ><span>${this.who.name}</span><span class="muted">${word("role", this.who.role)}</span></span
              >
              <button type="button" class="plain" data-testid="sign-out" @click=${() => this.#signOut()}>
                ${t("shell.sign-out")}
              </button>`
          : nothing}
      </header>
      ${this.live === "closed"
        ? html`<div class="connection-banner" data-testid="connection-banner" role="alert">
            <span class="symbol" aria-hidden="true">▲</span> ${this.lastHeard
              ? t("shell.no-connection-since", { time: timeText(this.lastHeard, this.now) })
              : t("shell.no-connection")}
          </div>`
        : nothing}
    `;
  }
}

customElements.define("drme-shell", Shell);
