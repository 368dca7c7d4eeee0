import { LitElement, html, nothing } from "lit";

/** One of the plant's views: shows `plant`, drawn anew with each `now`. */
export class View extends LitElement {
  static properties = {
    plant: { attribute: false },
    now: { attribute: false },
    place: { attribute: false },
    query: { attribute: false },
  };

  createRenderRoot() {
    return this;
  }

  /** Why something could not be read, in its place. */
  problem(what) {
    const text = this.plant.problems[what];
    return text ? html`<p class="problem" role="alert">${text}</p>` : nothing;
  }
}

const path = (name) => name.split("/").map(encodeURIComponent).join("/");

/** Addresses of views. */
export const to = {
  view: (id) => `#/${id}`,
  alarm: (alarm) => `#/alarm/${encodeURIComponent(alarm.id)}`,
  area: (area) => `#/tags?${new URLSearchParams({ area })}`,
  alarms: ({ state = "open", area = "" }) =>
    `#/alarms?${new URLSearchParams({ ...(state === "open" ? {} : { state }), ...(area ? { area } : {}) })}`,
  tag: (tag) => `#/tag/${path(tag)}`,
  trends: (query) => `#/trends?${new URLSearchParams(query)}`,
};
