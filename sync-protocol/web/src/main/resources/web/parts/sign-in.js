import { LitElement, html, nothing } from "lit";
import { ProblemError, post } from "/assets/parts/api.js";
import { t } from "/assets/parts/text.js";

/** Only a path of this program; anything else would let a link lead people elsewhere. */
export function safeNext(next) {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

/** Signs in by name and password, or by a one-time code with which a password is chosen. */
class SignIn extends LitElement {
  static properties = {
    byCode: { state: true },
    error: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    this.byCode = false;
    this.error = null;
    this.busy = false;
    this.query = new URLSearchParams(location.search);
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    const code = this.query.get("code");
    if (code) {
      // The code must not stay in the address bar or the history.
      history.replaceState(null, "", "/sign-in");
      this.#send({ code });
    }
  }

  async #send(body) {
    this.busy = true;
    this.error = null;
    try {
      await post("/api/v1/session", body);
      location.replace(safeNext(this.query.get("next")));
    } catch (e) {
      this.error = e instanceof ProblemError ? e.text : String(e);
      this.busy = false;
    }
  }

  #submit(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const password = form.get("password");
    this.#send(
      this.byCode
        ? { code: form.get("code"), ...(password ? { password } : {}) }
        : { name: form.get("name").trim(), password },
    );
  }

  render() {
    return html`<main class="sign-in">
      <form class="panel" data-testid="sign-in" @submit=${(e) => this.#submit(e)}>
        <div class="mark">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M2 12h4l3-8 5 16 3-8h5" fill="none" stroke="currentColor" stroke-width="2.4" />
          </svg>
          <h1>${t("sign-in.title")}</h1>
        </div>
        <p class="muted">${location.host}</p>
        ${this.byCode
          ? html`<label
                >${t("sign-in.code")}
                <input id="code" name="code" required autocomplete="one-time-code" autocapitalize="none" spellcheck="false" />
              </label>
              <label
                >${t("sign-in.new-password")}
                <input id="password" name="password" type="password" autocomplete="new-password" />
                <span class="muted">${t("sign-in.new-password.note")}</span>
              </label>`
          : html`<label
                >${t("sign-in.name")}
                <input id="name" name="name" required autocomplete="username" autocapitalize="none" spellcheck="false" autofocus />
              </label>
              <label
                >${t("sign-in.password")}
                <input id="password" name="password" type="password" required autocomplete="current-password" />
              </label>`}
        ${this.error ? html`<p class="problem" role="alert" data-testid="sign-in-error">${this.error}</p>` : nothing}
        <button id="submit" class="primary" ?disabled=${this.busy}>${t("sign-in.title")}</button>
        <button type="button" class="plain" id="by-code" @click=${() => ((this.byCode = !this.byCode), (this.error = null))}>
          ${t(this.byCode ? "sign-in.by-password" : "sign-in.by-code")}
        </button>
      </form>
    </main>`;
  }
}

customElements.define("drme-sign-in", SignIn);
