// Messages on their way to the server: kept before they are sent, sent in order, sent again until they are taken.
// The server stores each client_id once, so sending twice is harmless.

const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const MOST_TRIES = 5; // at a message on which the server itself stumbles: it must not hold up those behind it

/** Events: `change`, and `sent` (detail: the stored message). */
export class Outbox extends EventTarget {
  #store;
  #api;
  #busy = false;
  #failures = 0;
  #timer = null;

  constructor(store, api) {
    super();
    this.#store = store;
    this.#api = api;
    window.addEventListener("online", () => this.flush());
  }

  get entries() {
    return this.#store.waiting();
  }

  /** Keep and send one message: {text, payload, media_ids, lat, lon}. */
  add(body) {
    const last = this.entries.at(-1)?.order ?? 0;
    const entry = { body: { client_id: newId(), ...body }, order: Math.max(Date.now(), last + 1) };
    this.#store.keep(entry);
    this.#changed();
    this.flush();
  }

  discard(clientId) {
    this.#store.drop(clientId);
    this.#changed();
  }

  async flush() {
    clearTimeout(this.#timer);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        if (!(await this.#send(next))) break;
      }
    } finally {
      this.#busy = false;
    }
  }

  #next() {
    return this.entries.find((entry) => !entry.error);
  }

  /** Whether the line may go on to the next message. */
  async #send(entry) {
    try {
      const stored = await this.#api.post(entry.body);
      this.#failures = 0;
      this.#store.drop(entry.body.client_id);
      this.dispatchEvent(new CustomEvent("sent", { detail: stored }));
      return true;
    } catch (error) {
      // 401: the old visitor is forgotten by now, the next try opens a new one; not for ever, though
      const tries = (entry.tries ?? 0) + (error.status === 500 ? 1 : 0);
      if ((error.passing || error.status === 401) && tries < MOST_TRIES) return this.#later({ ...entry, tries });
      this.#store.keep({ ...entry, error: error.message });
      this.#changed();
      return true;
    }
  }

  #later(entry) {
    const wait = WAITS_MS[Math.min(this.#failures, WAITS_MS.length - 1)];
    this.#failures += 1;
    this.#timer = setTimeout(() => this.flush(), wait);
    this.#store.keep({ ...entry, waiting: true });
    this.#changed();
    return false;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `w-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
