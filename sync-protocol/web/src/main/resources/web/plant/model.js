// All that the plant's views show, kept from REST and the live feed.
import { ProblemError, get, list, session, untilDone } from "/assets/parts/api.js";
import { AlarmBook } from "/assets/parts/alarms.js";
import { Live } from "/assets/parts/live.js";

const DEVICES_EVERY_MS = 3_000;
const FIGURES_EVERY_MS = 3_000;
const ALARMS_EVERY_MS = 20_000;
const SUMMARY_EVERY_MS = 5_000;
const CLOCK_EVERY_MS = 1_000;

/** Tells `change` once a second, and at once where an alarm or the connection changed. */
export class Plant extends EventTarget {
  who = null;
  live = "connecting";
  lastHeard = null;
  now = Date.now();
  /** The newest reading of each tag, by name. */
  items = [];
  devices = [];
  status = null;
  reconcile = null;
  /** What alarms ask of people. */
  summary = null;
  /** What could not be read, in words, by what. */
  problems = {};
  book = new AlarmBook();
  #latest = new Map();
  /** What the feed tells while the list of tags is being read; null while it is not. */
  #heardMeanwhile = null;
  #readingTags = false;
  #tagsWanted = false;
  #configuration = null;
  #dirty = false;
  #feed = new Live();

  async start() {
    this.who = await untilDone(session, (text) => this.#say("session", text));
    this.book.addEventListener("change", () => this.#tell());
    this.#feed.addEventListener("state", (e) => {
      this.live = e.detail;
      this.lastHeard = this.#feed.heardAt ?? this.lastHeard;
      this.#tell();
    });
    this.#feed.addEventListener("samples", (e) => this.#onSamples(e.detail));
    this.#feed.addEventListener("alarms", (e) => this.book.merge(e.detail));
    this.#feed.addEventListener("resync", () => this.readAll());
    this.#feed.subscribe("**");
    this.#every(CLOCK_EVERY_MS, () => this.#tick());
    this.#every(DEVICES_EVERY_MS, () => this.#readDevices());
    this.#every(FIGURES_EVERY_MS, () => this.#readFigures());
    this.#every(ALARMS_EVERY_MS, () => this.readAlarms());
    this.#every(SUMMARY_EVERY_MS, () => this.#readSummary());
    this.readAll();
  }

  /** The newest reading of a tag, or undefined. */
  item(tag) {
    return this.#latest.get(tag);
  }

  get gateway() {
    return this.status?.gateway ?? this.items[0]?.gateway ?? "";
  }

  #every(ms, act) {
    setInterval(() => document.hidden || act(), ms);
  }

  readAll() {
    this.#readTags();
    this.readAlarms();
    this.#readSummary();
    this.#readDevices();
    this.#readFigures();
  }

  /** The feed never tells that a tag is gone, so this is tried until it is done, by one at a time. */
  async #readTags() {
    this.#tagsWanted = true;
    if (this.#readingTags) {
      return;
    }
    this.#readingTags = true;
    while (this.#tagsWanted) {
      this.#tagsWanted = false;
      await untilDone(
        () => this.#readLatest(),
        (text) => this.#say("latest", text),
      );
    }
    this.#readingTags = false;
  }

  /** A tag that the list no longer has is gone from the plant, and from here. */
  async #readLatest() {
    const meanwhile = [];
    this.#heardMeanwhile = meanwhile;
    try {
      const items = await list("/api/v1/latest");
      // What the feed told while the list was read is newer than it is.
      this.#latest = new Map([...items, ...meanwhile].map((item) => [item.tag, item]));
    } finally {
      this.#heardMeanwhile = null;
    }
    this.lastHeard = Date.now();
    this.#dirty = true;
    this.#tick();
  }

  readAlarms() {
    this.#read("alarms", () => this.book.read());
  }

  #readSummary() {
    this.#read("summary", async () => (this.summary = await get("/api/v1/alarms/summary")));
  }

  #readDevices() {
    this.#read("devices", async () => (this.devices = await list("/api/v1/devices")));
  }

  /** The account is in the status, so one request has all figures of one moment. */
  #readFigures() {
    this.#read("status", async () => {
      this.status = await get("/api/v1/status");
      this.reconcile = this.status.reconcile;
      this.#onConfiguration(this.status.configuration);
    });
  }

  /** With another configuration there are other tags. */
  #onConfiguration({ version, hash } = {}) {
    const before = this.#configuration;
    this.#configuration = `${version} ${hash}`;
    if (before !== null && before !== this.#configuration) {
      this.readAll();
    }
  }

  /** Reads one thing; what goes wrong is shown where the thing would be. */
  async #read(what, act) {
    let problem = null;
    try {
      await act();
    } catch (e) {
      problem = e instanceof ProblemError ? e.text : String(e);
    }
    this.#say(what, problem);
  }

  /** Keeps what could not be read, in words, or that it was: null. */
  #say(what, problem) {
    this.problems = { ...this.problems, [what]: problem };
    this.#tell();
  }

  #onSamples(items) {
    this.lastHeard = Date.now();
    this.#heardMeanwhile?.push(...items);
    for (const item of items) {
      this.#latest.set(item.tag, item);
    }
    this.#dirty = true;
  }

  #tick() {
    this.now = Date.now();
    if (this.#dirty) {
      this.#dirty = false;
      this.items = [...this.#latest.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1));
    }
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** The line to the centre: its state and why; null where none is configured. */
export function uplinkOf(status) {
  const uplink = status?.uplink;
  if (!uplink?.url) {
    return null;
  }
  return uplink.connected
    ? { state: "connected", why: "" }
    : { state: "disconnected", why: uplink.trouble || String(uplink.phase ?? "").replaceAll("-", " ") };
}
