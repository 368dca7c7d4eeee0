// The live feed over a WebSocket, which comes back by itself.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/**
 * Events: `state` (detail: "open" or "closed"), `samples` and `alarms` (detail: items), `resync`
 * (what was missed has to be read again).
 */
export class Live extends EventTarget {
  #match = null;
  #socket = null;
  #wait = FIRST_WAIT_MS;
  #opened = false;

  constructor(path = "/api/v1/stream") {
    super();
    this.path = path;
    this.isOpen = false;
    // A laptop that wakes up should not wait for a timer.
    addEventListener("online", () => this.#connect());
    document.addEventListener("visibilitychange", () => document.hidden || this.#connect());
  }

  /**
   * Wants the tags whose gateway/device/path matches, and the alarms of the tags that match
   * `alarms`; replaces what it wanted.
   */
  subscribe(match, alarms = match) {
    this.#match = { match, alarms };
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
    socket.onopen = () => {
      this.isOpen = true;
      this.#wait = FIRST_WAIT_MS;
      this.#send();
      this.#tell("state", "open");
      if (this.#opened) {
        this.#tell("resync", null);
      }
      this.#opened = true;
    };
    socket.onmessage = (event) => this.#onMessage(JSON.parse(event.data));
    socket.onclose = () => {
      this.isOpen = false;
      this.#socket = null;
      this.#tell("state", "closed");
      // Spread over time, so that a hundred pages do not come back in the same instant.
      setTimeout(() => this.#connect(), this.#wait * (0.5 + Math.random()));
      this.#wait = Math.min(LONGEST_WAIT_MS, this.#wait * 2);
    };
  }

  #onMessage(message) {
    if (message.samples) {
      this.#tell("samples", message.samples);
    }
    if (message.alarms) {
      this.#tell("alarms", message.alarms);
    }
    if (message.missed) {
      this.#tell("resync", null);
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
