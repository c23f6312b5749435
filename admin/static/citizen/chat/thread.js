// What is known of the conversation, and what the log shows of it: stored messages by id, then those on their way.

import { chosenIn } from "./cards.js";

const GROUP_MS = 5 * 60_000;

export class Thread {
  #messages = new Map();
  typing = false;
  human = false;
  hasOlder = false;

  merge(messages) {
    for (const message of messages) this.#messages.set(message.id, message);
  }

  clear() {
    this.#messages.clear();
    this.typing = this.human = this.hasOlder = false;
  }

  get stored() {
    return [...this.#messages.values()].sort((a, b) => a.id - b.id);
  }

  get oldest() {
    return this.stored[0]?.id ?? null;
  }

  /** Everything to be shown, in order, each with `key`, and `chosen` where one of its buttons was pressed. */
  items(entries) {
    const stored = this.stored;
    const taken = new Set(stored.map((message) => message.client_id));
    const waiting = entries.filter((entry) => !taken.has(entry.body.client_id)).map(pending);
    const all = [...stored, ...waiting].map((item) => ({ ...item, key: item.client_id ? `c${item.client_id}` : `m${item.id}` }));
    return all.map((item, index) => (item.buttons.length ? { ...item, chosen: chosenIn(item, all.slice(index + 1)) } : item));
  }
}

/** Where each item stands: first and last of a run of one speaker, last before a pause, the newest of all and the citizen's own. */
export function placesOf(items) {
  const newestMine = items.findLastIndex((item) => item.author === "citizen");
  return items.map((item, index) => ({
    first: !together(items[index - 1], item),
    last: !together(item, items[index + 1]),
    timed: !near(item, items[index + 1]),
    mine: index === newestMine && index === items.length - 1,
  }));
}

function together(one, other) {
  if (!one || !other) return false;
  return near(one, other) && one.author === other.author && one.sender === other.sender && !one.error;
}

function near(one, other) {
  return Boolean(other) && new Date(other.at) - new Date(one.at) < GROUP_MS;
}

function pending({ body, order, waiting, error }) {
  return {
    id: null,
    client_id: body.client_id,
    author: "citizen",
    sender: null,
    kind: "text",
    text: body.text ?? "",
    payload: body.payload ?? null,
    buttons: [],
    card: null,
    photos: (body.media_ids ?? []).map((id) => `/api/v1/chat/photos/${id}`),
    lat: body.lat ?? null,
    lon: body.lon ?? null,
    at: new Date(order).toISOString(),
    pending: true,
    waiting,
    error,
  };
}
