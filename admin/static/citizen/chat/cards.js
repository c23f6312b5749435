// Structured messages: a ticket with its steps, an article, a rating. A kind that is not known here shows its text only.

import { el, icon, unseen } from "./dom.js";
import { ownAddress, siteLink } from "./format.js";
import { WORDS } from "./words.js";

const KINDS = { ticket, article, rating };

/** The cards of a message: what it is about, then the stars where it asks for some. */
export function cards(item, tools) {
  const kind = item.card?.kind;
  const own = kind in KINDS ? KINDS[kind](item, tools) : null;
  return [own, kind === "rating" ? null : rating(item, tools)].filter(Boolean);
}

/** The buttons that the chat offers as choices; those of a rating are its stars. */
export function choices(item) {
  return item.buttons.filter((button) => scoreOf(button) === null);
}

/** The payload by which a rating was answered in a later message, or null. */
export function chosenIn(item, later) {
  if (!stars(item).length) return null;
  const payloads = new Set(item.buttons.map((button) => button.payload));
  return later.find((other) => other.author === "citizen" && other.payload && payloads.has(other.payload))?.payload ?? null;
}

function ticket(item) {
  const data = item.card;
  const done = data.status_words || data.title;
  return el(
    "article",
    { class: `card ticket ${data.status ?? ""}`, "aria-label": `${WORDS.ticketNumber} ${data.number}` },
    el("p", { class: "card-kicker" }, WORDS.ticketNumber, data.status_words ? el("span", { class: "badge" }, done) : null),
    el("p", { class: "ticket-number" }, data.number),
    data.title ? el("p", { class: "card-title" }, data.title) : null,
    data.steps?.length ? stepper(data.steps) : null,
    facts([
      [WORDS.department, data.department],
      [WORDS.due, data.due, data.due_iso],
    ]),
  );
}

function stepper(steps) {
  return el("ol", { class: "steps" }, steps.map(step));
}

function step({ label, state }) {
  const known = state in WORDS.stepStates ? state : "todo";
  const mark = el("span", { class: "dot" }, known === "done" ? icon("check-lg") : null);
  const current = known === "now" ? "step" : null;
  return el("li", { class: known, "aria-current": current }, mark, el("span", {}, label), unseen(`, ${WORDS.stepStates[known]}`));
}

function facts(rows) {
  const known = rows.filter(([, value]) => value);
  if (!known.length) return null;
  const pair = ([label, value, iso]) => el("div", {}, el("dt", {}, label), el("dd", {}, iso ? el("time", { datetime: iso }, value) : value));
  return el("dl", { class: "facts" }, known.map(pair));
}

function article(item) {
  const data = item.card;
  const address = data.url ? ownAddress(data.url) : null;
  const link = address ? siteLink(address, icon("file-earmark-text-fill"), WORDS.wholeArticle, unseen(` ${WORDS.newTab}`)) : null;
  link?.classList.add("card-link");
  return el(
    "article",
    { class: "card" },
    el("p", { class: "card-title" }, data.title),
    facts((data.lines ?? []).map(({ label, text }) => [label, text])),
    link,
    data.source ? el("p", { class: "card-source" }, `${WORDS.source}: ${data.source}`) : null,
  );
}

function rating(item, tools) {
  const offered = stars(item);
  const chosen = scoreOf({ payload: item.chosen ?? "" });
  if (!offered.length) return null;
  const label = chosen ? WORDS.rated(chosen) : WORDS.rate;
  return el(
    "div",
    { class: `card rating ${chosen ? "given" : ""}`, role: "group", "aria-label": label },
    el("p", { class: "card-title" }, label),
    el("div", { class: "stars" }, offered.map(({ button, score }) => star(button, score, chosen, item, tools))),
    el("p", { class: "scale", "aria-hidden": "true" }, el("span", {}, WORDS.worst), el("span", {}, WORDS.best)),
  );
}

function star(button, score, chosen, item, tools) {
  const full = score <= chosen;
  const props = { type: "button", class: full ? "full" : "", "aria-label": `${score} sao`, disabled: chosen !== null };
  return el("button", { ...props, onclick: () => tools.choose(button) }, icon(full ? "star-fill" : "star"));
}

function stars(item) {
  const scored = item.buttons.map((button) => ({ button, score: scoreOf(button) }));
  return scored.filter(({ score }) => score !== null).sort((a, b) => a.score - b.score);
}

/** 1…5 of `/rate{"ticket": "HD-26-000123", "score": "5"}`, else null. */
function scoreOf(button) {
  if (!button.payload.startsWith("/rate{")) return null;
  try {
    const score = Number(JSON.parse(button.payload.slice("/rate".length)).score); // a word of the bot: "5"
    return Number.isInteger(score) && score >= 1 && score <= 5 ? score : null;
  } catch {
    return null;
  }
}
