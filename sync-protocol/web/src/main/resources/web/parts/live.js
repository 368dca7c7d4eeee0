// The live feed over a WebSocket, which comes back by itself.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** The server gives a sign of life every 3 s; after three that did not come the line is dead. */
const SILENT_MS = 10_000;
const LOOK_EVERY_MS = 1_000;

/**
 * Events: `state` (detail: "open" or "closed"), `samples` and `alarms` (detail: items), `resync`
 * (what was missed has to be read again; detail: how many messages of an open line, 0 where the line
 * was away, which asks anew by itself).
 */
export class Live extends EventTarget {
  #match = null;
  #socket = null;
  #wait = FIRST_WAIT_MS;
  #opened = false;
  #lifeAt = 0;

  constructor(path = "/api/v1/stream") {
    super();
    this.path = path;
    this.isOpen = false;
    /** When anything last came, in ms since 1970; null where nothing did. */
    this.heardAt = null;
    // A laptop that wakes up should not wait for a timer.
    addEventListener("online", () => this.#connect());
    document.addEventListener("visibilitychange", () => document.hidden || this.#connect());
    setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /**
   * Wants the tags whose gateway/device/path matches, and the alarms of the tags that match
   * `alarms`; replaces what it wanted.
   */
  subscribe(match, alarms = match) {
    this.#match = { match, alarms, alive: true };
    if (this.isOpen) {
      this.#send();
    } else {
      this.#connect();
    }
  }

  #send() {
    this.#socket.send(JSON.stringify({ subscribe: this.#match }));
  }

  #connect() {
    if (this.#socket || this.#match === null) {
      return;
    }
    const url = new URL(this.path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#lifeAt = performance.now();
    socket.onopen = () => {
      this.isOpen = true;
      this.#wait = FIRST_WAIT_MS;
      this.#heard();
      this.#send();
      this.#tell("state", "open");
      if (this.#opened) {
        this.#tell("resync", 0);
      }
      this.#opened = true;
    };
    socket.onmessage = (event) => {
      this.#heard();
      this.#onMessage(JSON.parse(event.data));
    };
    socket.onclose = () => this.#ended();
  }

  #heard() {
    this.#lifeAt = performance.now();
    this.heardAt = Date.now();
  }

  /** A line that was cut without a word stays open for hours; what is on the page would look live. */
  #look() {
    const socket = this.#socket;
    if (socket && performance.now() - this.#lifeAt > SILENT_MS) {
      // A farewell can't arrive, so its answer is not waited for.
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
      this.#ended();
    }
  }

  #ended() {
    this.isOpen = false;
    this.#socket = null;
    this.#tell("state", "closed");
    // Spread over time, so that a hundred pages do not come back in the same instant.
    setTimeout(() => this.#connect(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(LONGEST_WAIT_MS, this.#wait * 2);
  }

  #onMessage(message) {
    if (message.samples) {
      this.#tell("samples", message.samples);
    }
    if (message.alarms) {
      this.#tell("alarms", message.alarms);
    }
    if (message.missed) {
      this.#tell("resync", message.missed);
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
