// What all of the fleet's views share: who looks, the line to the centre, and the most urgent alarms.
import { ProblemError, get, session, untilDone } from "/assets/parts/api.js";
import { Live } from "/assets/parts/live.js";

const HEAD_EVERY_MS = 5_000;
const CLOCK_EVERY_MS = 1_000;

/** However many alarms change, the views are not read more often. */
const CHANGED_AT_MOST_EVERY_MS = 2_000;

/**
 * Tells `change` once a second and when the head changed, and `changed` when alarms did or what was
 * missed has to be read again. Values of tags come only for what a view watches.
 */
export class Fleet extends EventTarget {
  who = null;
  live = "connecting";
  lastHeard = null;
  now = Date.now();
  /** All gateways added up: an item of /api/v1/sites. */
  total = null;
  /** Open alarms by priority, and the most urgent of them. */
  counts = null;
  first = null;
  problems = {};
  /** The newest reading of each tag that is watched, by gateway/tag. */
  latest = new Map();
  #match = "";
  #feed = new Live();
  #changedAt = 0;
  #changeWaits = false;

  async start() {
    this.who = await untilDone(session, (text) => this.#say("session", text));
    this.#feed.addEventListener("state", (e) => {
      this.live = e.detail;
      this.lastHeard = this.#feed.heardAt ?? this.lastHeard;
      this.#tell();
    });
    this.#feed.addEventListener("samples", (e) => this.#onSamples(e.detail));
    this.#feed.addEventListener("alarms", () => this.#onAlarms());
    this.#feed.addEventListener("resync", (e) => {
      this.#forget();
      if (e.detail > 0) {
        // All newest readings come again; a slow tag would be gone until its next change.
        this.#subscribe();
      }
      this.readHead();
      this.dispatchEvent(new Event("changed"));
    });
    this.#subscribe();
    setInterval(() => this.#tick(), CLOCK_EVERY_MS);
    setInterval(() => document.hidden || this.readHead(), HEAD_EVERY_MS);
    this.readHead();
  }

  /** Wants the readings of tags that match, or by "" of none; what was known of others is forgotten. */
  watch(match) {
    if (match !== this.#match) {
      this.#match = match;
      this.#forget();
      this.#subscribe();
    }
  }

  /** A tag that left the configuration is not told of again; so what is not in the next answer is gone. */
  #forget() {
    this.latest = new Map();
  }

  #subscribe() {
    if (this.who) {
      this.#feed.subscribe(this.#match, "**");
    }
  }

  /** The figures over all views. */
  readHead() {
    this.#read("total", async () => {
      this.total = (await get("/api/v1/sites", { levels: 0 })).items[0] ?? null;
    });
    this.#read("alarms", async () => {
      const [counts, first] = await Promise.all([
        get("/api/v1/alarms/counts"),
        get("/api/v1/alarms", { state: "open", limit: 1 }),
      ]);
      this.counts = counts;
      this.first = first.items[0] ?? null;
    });
  }

  /** What a person did shows a moment later, when the gateway has told of it. */
  acted() {
    this.readHead();
    this.dispatchEvent(new Event("changed"));
  }

  get open() {
    const c = this.counts;
    return c ? c.critical + c.high + c.medium + c.low : 0;
  }

  async #read(what, act) {
    let problem = null;
    try {
      await act();
    } catch (e) {
      problem = e instanceof ProblemError ? e.text : String(e);
    }
    this.#say(what, problem);
  }

  #say(what, problem) {
    this.problems = { ...this.problems, [what]: problem };
    this.#tell();
  }

  #onSamples(items) {
    this.lastHeard = Date.now();
    for (const item of items) {
      this.latest.set(`${item.gateway}/${item.tag}`, item);
    }
  }

  #onAlarms() {
    this.lastHeard = Date.now();
    if (this.#changeWaits) {
      return;
    }
    this.#changeWaits = true;
    const wait = Math.max(200, this.#changedAt + CHANGED_AT_MOST_EVERY_MS - Date.now());
    setTimeout(() => {
      this.#changeWaits = false;
      this.#changedAt = Date.now();
      this.readHead();
      this.dispatchEvent(new Event("changed"));
    }, wait);
  }

  #tick() {
    this.now = Date.now();
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
