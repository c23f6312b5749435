// Where the citizen writes: text that grows, Enter sends, photos, place, and what went wrong in words.

import { show } from "./dom.js";
import { askPlace } from "./place.js";
import { Tray } from "./photos.js";
import { WORDS } from "./words.js";

export class Composer {
  #text;
  #alert;
  #tray;
  #limit;
  #send;

  /** `send(body)` takes over a finished message. */
  constructor(root, { api, pictures, send }) {
    const find = (name) => root.querySelector(`[data-${name}]`);
    this.#text = find("text");
    this.#alert = find("alert");
    this.#limit = Number(root.dataset.maxText);
    this.#send = send;
    const tell = (sentence) => this.tell(sentence);
    this.#tray = new Tray(root, api, pictures, tell);
    askPlace(root, { send, tell });

    find("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("keydown", (event) => {
      // while a Vietnamese keyboard composes a letter, Enter belongs to it
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("input", () => this.#grow());
    this.#text.addEventListener("paste", (event) => event.clipboardData.files.length && this.#tray.add(event.clipboardData.files));
    const file = find("file");
    find("attach").addEventListener("click", () => file.click());
    file.addEventListener("change", () => {
      this.#tray.add(file.files);
      file.value = "";
    });
  }

  /** Put words into the field for the citizen to look over. */
  fill(text) {
    this.#text.value = text;
    this.#grow();
    this.#text.focus();
    this.#text.setSelectionRange(text.length, text.length);
  }

  /** Back to the field, where that does not make a phone's keyboard jump up. */
  refocus(otherwise) {
    if (matchMedia("(hover: hover)").matches) this.#text.focus();
    else otherwise.focus({ preventScroll: true });
  }

  tell(sentence) {
    this.#alert.textContent = sentence ?? "";
    show(this.#alert, Boolean(sentence));
  }

  #submit() {
    const text = this.#text.value.trim();
    if (!text && this.#tray.empty) return;
    const hindrance = this.#tray.hindrance ?? (text.length > this.#limit ? WORDS.tooLong(this.#limit) : null);
    if (hindrance) {
      this.tell(hindrance);
      return;
    }
    const media = this.#tray.hand();
    this.#send({ text, ...(media.length ? { media_ids: media } : {}) });
    this.#text.value = "";
    this.tell(null);
    this.#grow();
  }

  #grow() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }
}
