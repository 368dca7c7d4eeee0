import { LitElement, html, nothing } from "lit";
import { remove, signIn } from "/assets/parts/api.js";
import { timeText } from "/assets/parts/format.js";

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

  render() {
    return html`
      <header>
        <a class="skip" href="#main">Skip to content</a>
        <div class="mark">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M2 12h4l3-8 5 16 3-8h5" fill="none" stroke="currentColor" stroke-width="2.4" />
          </svg>
          <span class="stack">
            <h1 data-testid="title">${this.name}</h1>
            <span class="muted">${this.place}</span>
          </span>
        </div>
        <nav aria-label="Views">
          ${this.views.map(
            (v) => html`<a
              href="#${v.id}"
              data-testid="view-${v.id}"
              aria-current=${v.id === this.view ? "page" : "false"}
              >${v.title}${v.badge ? html`<span class="badge">${v.badge}</span>` : nothing}</a
            >`,
          )}
        </nav>
        <span class="spring"></span>
        <span class="link ${this.live}" data-testid="connection" data-state=${this.live} role="status">
          <span class="symbol" aria-hidden="true">${this.live === "open" ? "●" : "▲"}</span>
          ${this.live === "open" ? "live" : this.live === "closed" ? "disconnected" : "connecting"}
        </span>
        <time class="clock">${timeText(this.now, this.now)}</time>
        <button type="button" class="plain" @click=${() => this.#theme()} aria-label="Change between light and dark">
          ${isDark() ? "☀" : "☾"}
        </button>
        ${this.who
          ? html`<span class="who stack" data-testid="who"
                ><span>${this.who.name}</span><span class="muted">${this.who.role}</span></span
              >
              <button type="button" class="plain" data-testid="sign-out" @click=${() => this.#signOut()}>
                Sign out
              </button>`
          : nothing}
      </header>
      ${this.live === "closed"
        ? html`<div class="connection-banner" data-testid="connection-banner" role="alert">
            <span class="symbol" aria-hidden="true">▲</span> No connection${this.lastHeard
              ? ` since ${timeText(this.lastHeard, this.now)}`
              : ""}. What you see is old; trying again.
          </div>`
        : nothing}
    `;
  }
}

customElements.define("drme-shell", Shell);
