// One message as a row of the log. The row is built once; what changes later (place in its group, state) is set in place.

import { cards } from "./cards.js";
import { el, icon, unseen } from "./dom.js";
import { textNodes } from "./format.js";
import { WORDS } from "./words.js";

const SIDE = { citizen: "from-me", staff: "from-staff", system: "from-bot", bot: "from-bot" };

/** `item`: a message of the API, or a waiting one in the same shape. `tools`: {moments, pictures, choose, edit, discard}. */
export function row(item, tools) {
  const name = speaker(item);
  const parts = [photos(item, tools), place(item), words(item, name), ...cards(item, tools)].filter(Boolean);
  const label = item.author === "staff" || item.author === "system" ? sender(item, name) : null;
  const at = new Date(item.at);
  const time = el("time", { datetime: item.at, title: tools.moments.full(at) }, tools.moments.time(at));
  return el("div", { class: `row ${SIDE[item.author] ?? "from-bot"}` }, label, parts, el("p", { class: "meta" }, time, el("span")));
}

/** Bring an existing row up to date: `first` and `last` of its group, the newest of one's own, waiting, refused. */
export function update(node, item, place, tools) {
  node.classList.toggle("first", place.first);
  node.classList.toggle("last", place.last);
  node.classList.toggle("timed", place.timed);
  node.classList.toggle("waiting", Boolean(item.pending));
  node.classList.toggle("refused", Boolean(item.error));
  const state = node.querySelector(":scope > .meta > span");
  const word = stateWord(item, place);
  if (state.dataset.word === word) return;
  state.dataset.word = word;
  state.replaceChildren(...(item.error ? refused(item, tools) : word ? [word] : []));
}

function stateWord(item, place) {
  if (item.error) return item.error;
  if (item.pending) return item.waiting ? WORDS.waiting : WORDS.sending;
  return place.mine ? WORDS.sent : "";
}

function refused(item, tools) {
  return [
    el("span", { class: "why" }, icon("exclamation-circle-fill"), item.error),
    item.text ? el("button", { type: "button", class: "link", onclick: () => tools.edit(item) }, WORDS.edit) : null,
    el("button", { type: "button", class: "link", onclick: () => tools.discard(item) }, WORDS.discard),
  ].filter(Boolean);
}

function speaker(item) {
  if (item.author === "citizen") return WORDS.me;
  if (item.author === "staff") return item.sender || WORDS.staff;
  return item.author === "system" ? WORDS.system : WORDS.bot;
}

function sender(item, name) {
  return el("p", { class: "sender" }, icon(item.author === "staff" ? "building-fill" : "bell-fill"), name);
}

function words(item, name) {
  if (!item.text) return null;
  const mine = item.author === "citizen";
  return el("div", { class: "bubble" }, unseen(`${name}: `), ...textNodes(item.text, !mine));
}

function photos(item, tools) {
  if (!item.photos.length) return null;
  return el("div", { class: "photos" }, item.photos.map((path, index) => thumbnail(path, index, tools)));
}

function thumbnail(path, index, tools) {
  const image = el("img", { alt: `${WORDS.photo} ${index + 1}`, loading: "lazy" });
  const button = el("button", { type: "button", class: "photo", "aria-label": `${WORDS.openPhoto} ${index + 1}` }, image);
  tools.pictures.get(path).then(
    (address) => {
      image.src = address;
      button.addEventListener("click", () => tools.view(address));
    },
    () => button.replaceWith(el("span", { class: "photo missing" }, WORDS.photoMissing)),
  );
  return button;
}

function place(item) {
  if (item.lat === null || item.lat === undefined || item.lon === null || item.lon === undefined) return null;
  const degrees = [item.lat, item.lon].map((value) => value.toFixed(5).replace(".", ",")).join(" · ");
  return el("div", { class: "bubble pin" }, icon("geo-alt-fill"), el("span", {}, WORDS.place, el("small", {}, degrees)));
}
