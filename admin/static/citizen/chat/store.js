// What survives a reload: the visitor's token and the messages not yet taken by the server.
// Each message has a key of its own, so that two open tabs never overwrite each other's.

const TOKEN = "langnghe.token";
const OUT = "langnghe.out.";

/** localStorage, or memory where the browser forbids it (private frames): then a reload forgets. */
function keeper() {
  try {
    const probe = "langnghe.probe";
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return memory();
  }
}

function memory() {
  const map = new Map();
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => map.set(key, value),
    removeItem: (key) => map.delete(key),
    key: (index) => [...map.keys()][index] ?? null,
    get length() {
      return map.size;
    },
  };
}

export class Store {
  #disk = keeper();

  get token() {
    return this.#disk.getItem(TOKEN);
  }

  set token(value) {
    if (value) this.#write(TOKEN, value);
    else this.#disk.removeItem(TOKEN);
  }

  /** Messages waiting to be sent, in the order in which they were written. */
  waiting() {
    const found = [];
    for (let index = 0; index < this.#disk.length; index += 1) {
      const key = this.#disk.key(index);
      if (key?.startsWith(OUT)) found.push(parsed(this.#disk.getItem(key)));
    }
    return found.filter(Boolean).sort((a, b) => a.order - b.order);
  }

  keep(entry) {
    this.#write(OUT + entry.body.client_id, JSON.stringify(entry));
  }

  drop(clientId) {
    this.#disk.removeItem(OUT + clientId);
  }

  #write(key, value) {
    try {
      this.#disk.setItem(key, value);
    } catch {
      // the disk is full: go on in memory, with what was kept so far
      const kept = memory();
      for (let index = 0; index < this.#disk.length; index += 1) {
        const known = this.#disk.key(index);
        kept.setItem(known, this.#disk.getItem(known));
      }
      kept.setItem(key, value);
      this.#disk = kept;
    }
  }
}

function parsed(text) {
  try {
    const entry = JSON.parse(text);
    return typeof entry?.body?.client_id === "string" ? entry : null;
  } catch {
    return null;
  }
}
