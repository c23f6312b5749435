// <lang-nghe-chat>: the citizens' chat, on its own page and inside the frame of the widget. Plain DOM, no library.

import { Api } from "./api.js";
import { choices } from "./cards.js";
import { Composer } from "./composer.js";
import { el, show } from "./dom.js";
import { Moments } from "./format.js";
import { Live } from "./live.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { Pictures, viewer } from "./photos.js";
import { Store } from "./store.js";
import { Thread } from "./thread.js";
import { WORDS } from "./words.js";

const PAGE = 100; // messages that the API gives at once
const CLOSE = "langnghe:close";
const UNREAD = "langnghe:unread";

class LangNgheChat extends HTMLElement {
  connectedCallback() {
    if (this.store) return;
    this.store = new Store();
    this.api = new Api(this.store);
    this.outbox = new Outbox(this.store, this.api);
    this.live = new Live(this.api);
    this.thread = new Thread();
    this.pictures = new Pictures(this.api);
    this.#build();
    this.#listen();
    this.#draw();
    if (this.api.known) this.live.start();
    this.outbox.flush();
    this.dataset.ready = "";
  }

  disconnectedCallback() {
    this.live.stop();
  }

  #build() {
    this.find = (name) => this.querySelector(`[data-${name}]`);
    this.usualState = this.find("state").textContent;
    this.log = new Log(this, {
      moments: new Moments(this.dataset.zone),
      pictures: this.pictures,
      view: viewer(this),
      choose: (button) => this.#choose(button),
      edit: (item) => this.#edit(item),
      discard: (item) => this.outbox.discard(item.client_id),
    });
    const send = (body) => this.outbox.add(body);
    this.composer = new Composer(this, { api: this.api, pictures: this.pictures, send });
  }

  #listen() {
    this.live.addEventListener("thread", ({ detail }) => this.#news(detail));
    this.live.addEventListener("up", () => this.#notice(null));
    this.live.addEventListener("down", () => this.#notice(WORDS.offline));
    window.addEventListener("offline", () => this.#notice(WORDS.offline));
    window.addEventListener("online", () => this.#notice(null));
    this.outbox.addEventListener("change", () => this.#draw());
    this.outbox.addEventListener("sent", ({ detail }) => this.#stored(detail));
    this.api.addEventListener("opened", () => this.live.start());
    this.api.addEventListener("expired", () => this.#expired());
    this.find("older").addEventListener("click", () => this.#older());
    this.find("close")?.addEventListener("click", () => parent.postMessage({ type: CLOSE }, "*"));
    if ("embedded" in this.dataset) this.addEventListener("keydown", (event) => this.#leave(event));
    document.addEventListener("click", ({ target }) => {
      const example = target.closest("[data-fill]");
      if (example) this.composer.fill(example.dataset.fill);
    });
    keepAboveKeyboard();
  }

  #news(thread) {
    if (!this.thread.stored.length) this.thread.hasOlder = thread.messages.length >= PAGE;
    const fresh = thread.messages.filter((message) => message.author !== "citizen").length;
    this.thread.merge(thread.messages);
    this.thread.typing = thread.typing;
    this.thread.human = thread.human;
    this.#notice(null);
    this.#draw();
    if (fresh && "embedded" in this.dataset) parent.postMessage({ type: UNREAD, count: fresh }, "*");
  }

  #stored(message) {
    this.thread.merge([message]);
    this.#draw();
  }

  async #older() {
    const button = this.find("older");
    button.disabled = true;
    try {
      const { messages } = await this.api.read({ before: this.thread.oldest, limit: PAGE });
      this.thread.merge(messages);
      this.thread.hasOlder = messages.length >= PAGE;
      this.#draw({ older: true });
    } catch (error) {
      this.composer.tell(error.message);
    } finally {
      button.disabled = false;
    }
  }

  #expired() {
    this.live.stop();
    this.thread.clear();
    this.#draw();
    this.composer.tell(WORDS.expired);
  }

  #choose(button) {
    this.composer.tell(null);
    this.outbox.add({ text: button.title, payload: button.payload });
    this.composer.refocus(this.find("scroll"));
  }

  #edit(item) {
    this.outbox.discard(item.client_id);
    this.composer.fill(item.text);
  }

  #leave(event) {
    const free = !event.defaultPrevented && !this.find("viewer").open;
    if (event.key === "Escape" && free) parent.postMessage({ type: CLOSE }, "*");
  }

  #draw({ older = false } = {}) {
    const items = this.thread.items(this.outbox.entries);
    this.log.show(items, { older, whole: !this.thread.hasOlder });
    show(this.find("older"), this.thread.hasOlder);
    show(this.find("typing"), this.thread.typing && items.at(-1)?.author === "citizen");
    this.find("state").textContent = this.thread.human ? WORDS.humanState : this.usualState;
    this.#quick(items);
  }

  /** Only the newest message offers choices; before the first message, the welcome does. */
  #quick(items) {
    const last = items.at(-1);
    const sign = last ? last.key : "first";
    const group = this.find("quick");
    if (group.dataset.sign === sign) return;
    group.dataset.sign = sign;
    if (last) group.replaceChildren(...choices(last).map((button) => this.#chip(button)));
    else group.replaceChildren(this.#firstChoices());
    show(group, group.childElementCount > 0);
  }

  #chip(button) {
    return el("button", { type: "button", class: "chip", onclick: () => this.#choose(button) }, button.title);
  }

  #firstChoices() {
    const choices = this.find("first-choices").content.cloneNode(true);
    for (const button of choices.querySelectorAll("[data-say]")) {
      button.addEventListener("click", () => {
        this.outbox.add({ text: button.dataset.say });
        this.composer.refocus(this.find("scroll"));
      });
    }
    return choices;
  }

  #notice(sentence) {
    const line = this.find("notice");
    if (line.textContent !== (sentence ?? "")) line.textContent = sentence ?? "";
    show(line, Boolean(sentence));
  }
}

/** Where the browser lays its keyboard over the page (iOS), the chat takes the height that is left. */
function keepAboveKeyboard() {
  const seen = window.visualViewport;
  if (!seen) return;
  const fit = () => {
    const covered = window.innerHeight - seen.height * seen.scale > 100;
    document.documentElement.style.setProperty("--seen-height", covered ? `${seen.height}px` : "100dvh");
  };
  seen.addEventListener("resize", fit);
}

customElements.define("lang-nghe-chat", LangNgheChat);
