// The log on the screen: rows kept by key, days between them, and the scroll that follows the newest message.

import { row, update } from "./bubble.js";
import { el, show } from "./dom.js";
import { placesOf } from "./thread.js";

const NEAR_END_PX = 80;
const ANSWER_TOP_PX = 12; // what stays free above an answer that is shown from its beginning

export class Log {
  #log;
  #scroll;
  #newest;
  #rows = new Map();
  #tools;
  #welcome;

  constructor(root, tools) {
    this.#log = root.querySelector("[data-log]");
    this.#scroll = root.querySelector("[data-scroll]");
    this.#newest = root.querySelector("[data-newest]");
    this.#welcome = [...this.#log.children];
    this.#tools = tools;
    this.#newest.addEventListener("click", () => this.toEnd());
    this.#scroll.addEventListener("scroll", () => this.#atEnd() && show(this.#newest, false), { passive: true });
    new ResizeObserver(() => this.#following && this.toEnd()).observe(this.#log);
    new ResizeObserver(() => this.#following && this.toEnd()).observe(this.#scroll);
  }

  #following = true;

  /** Show `items`. `older`: they grew at the top, so the reader's place is kept. */
  show(items, { older = false, whole = true } = {}) {
    const follow = this.#atEnd();
    const known = this.#rows;
    const height = this.#scroll.scrollHeight;
    const places = placesOf(items);
    const wanted = whole ? [...this.#welcome] : [];
    this.#rows = new Map();
    let day = null;
    items.forEach((item, index) => {
      const itsDay = this.#tools.moments.dayWord(new Date(item.at));
      if (itsDay !== day) wanted.push(this.#row(`d${itsDay}`, known, itsDay, () => el("p", { class: "day" }, itsDay)));
      day = itsDay;
      const node = this.#row(item.key, known, signature(item), () => row(item, this.#tools));
      update(node, item, places[index], this.#tools);
      wanted.push(node);
    });
    arrange(this.#log, wanted);
    if (older) this.#scroll.scrollTop += this.#scroll.scrollHeight - height;
    else this.#settle(items, known, follow);
  }

  toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#following = true;
    show(this.#newest, false);
  }

  #settle(items, known, follow) {
    const last = items.at(-1);
    const fresh = last && !known.has(last.key);
    if (fresh && last.author === "citizen") this.toEnd();
    else if (follow) this.#toAnswer(items, known);
    else if (fresh) show(this.#newest, true);
  }

  /** To the end; but an answer taller than the screen is shown from its beginning, since that is where reading starts. */
  #toAnswer(items, known) {
    const first = known.size ? items.find((item) => item.author !== "citizen" && !known.has(item.key)) : null;
    if (!first) return this.toEnd();
    const view = this.#scroll.getBoundingClientRect();
    const top = this.#rows.get(first.key).node.getBoundingClientRect().top - view.top + this.#scroll.scrollTop - ANSWER_TOP_PX;
    if (this.#scroll.scrollHeight - top <= view.height) return this.toEnd();
    this.#scroll.scrollTop = top;
    this.#following = false;
    show(this.#newest, true);
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    this.#following = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    return this.#following;
  }

  #row(key, known, sign, build) {
    const kept = known.get(key);
    const made = kept?.sign === sign ? kept : { sign, node: build() };
    this.#rows.set(key, made);
    return made.node;
  }
}

/** What a row is built from; it stays the same from the first, optimistic showing to the stored message. */
function signature(item) {
  return JSON.stringify([item.text, item.card, item.photos, item.lat, item.lon, item.sender, item.chosen ?? null, item.buttons]);
}

/** Make `wanted` the children of `parent`, moving only what is out of place: focus and screen readers stay undisturbed. */
function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}
