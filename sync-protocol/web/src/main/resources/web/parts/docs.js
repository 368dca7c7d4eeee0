import { LitElement, html, nothing } from "lit";

const RULES = { public: "everybody", viewer: "viewer", operator: "operator", engineer: "engineer", admin: "admin" };

/** The interface as a person reads it, from the OpenAPI document. */
class Docs extends LitElement {
  static properties = { document: { state: true }, filter: { state: true } };

  constructor() {
    super();
    this.filter = "";
  }

  createRenderRoot() {
    return this;
  }

  async connectedCallback() {
    super.connectedCallback();
    this.document = await (await fetch("/openapi.json")).json();
  }

  render() {
    const doc = this.document;
    if (!doc) {
      return html`<p class="empty">Reading the interface…</p>`;
    }
    const operations = Object.entries(doc.paths)
      .flatMap(([path, ops]) => Object.entries(ops).map(([method, op]) => ({ path, method, op })))
      .filter(({ path, op }) => `${path} ${op.summary}`.toLowerCase().includes(this.filter.toLowerCase()));
    return html`<main class="docs">
      <h1>${doc.info.title} <span class="muted">${doc.info.version}</span></h1>
      <p>
        JSON over HTTP. Sign in with a bearer token or the page's session. Times are RFC 3339 with nanoseconds,
        integers beyond ±2⁵³ are text, errors are <code>application/problem+json</code>. For programs:
        <a href="/openapi.json">/openapi.json</a>.
      </p>
      <label class="search"
        >Filter <input type="search" .value=${this.filter} @input=${(e) => (this.filter = e.target.value)}
      /></label>
      ${operations.map((o) => this.#operation(o))}
    </main>`;
  }

  #operation({ path, method, op }) {
    const body = op.requestBody?.content["application/json"].schema;
    const answer = op.responses["2XX"].content?.["application/json"].schema;
    return html`<details class="panel">
      <summary>
        <code class="method">${method.toUpperCase()}</code> <code>${path}</code>
        <span class="muted">${op.summary}</span>
        <span class="spring"></span><span class="tagged">${RULES[op["x-drme-rule"]]}</span>
      </summary>
      ${op.parameters.length
        ? html`<table>
            <thead>
              <tr><th>Parameter</th><th>In</th><th>What</th></tr>
            </thead>
            <tbody>
              ${op.parameters.map(
                (p) =>
                  html`<tr>
                    <td><code>${p.name}</code>${p.required ? " *" : ""}</td>
                    <td>${p.in}</td>
                    <td>${p.description ?? ""}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
        : nothing}
      ${body ? html`<h3>Body</h3>${this.#schema(body)}` : nothing}
      ${answer ? html`<h3>Answer</h3>${this.#schema(answer)}` : nothing}
    </details>`;
  }

  #schema(schema) {
    if (schema.type === "array") {
      return html`<p class="muted">list of</p>${this.#schema(schema.items)}`;
    }
    if (!schema.properties) {
      return html`<p><code>${[schema.type].flat().join(" or ")}</code> ${schema.description ?? ""}</p>`;
    }
    return html`<table>
      <tbody>
        ${Object.entries(schema.properties).map(
          ([name, field]) =>
            html`<tr>
              <td><code>${name}</code>${schema.required?.includes(name) ? " *" : ""}</td>
              <td>${[field.format ?? field.type].flat().join(" or ")}</td>
              <td>${field.description ?? ""}${field.items?.properties ? this.#schema(field.items) : nothing}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

customElements.define("drme-docs", Docs);
