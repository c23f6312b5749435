// Moments the Vietnamese way, and plain text with the few links that are safe to make.

import { el } from "./dom.js";
import { WORDS } from "./words.js";

export class Moments {
  #time;
  #day;

  constructor(zone) {
    this.#time = new Intl.DateTimeFormat("vi-VN", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.#day = new Intl.DateTimeFormat("en-GB", { timeZone: zone, day: "2-digit", month: "2-digit", year: "numeric" });
  }

  time(date) {
    return this.#time.format(date);
  }

  /** `22/11/2026` */
  day(date) {
    return this.#day.format(date);
  }

  /** `Hôm nay`, `Hôm qua` or the date. */
  dayWord(date) {
    const day = this.day(date);
    if (day === this.day(new Date())) return WORDS.today;
    return day === this.day(new Date(Date.now() - 86_400_000)) ? WORDS.yesterday : day;
  }

  full(date) {
    return `${this.day(date)} ${this.time(date)}`;
  }
}

// Addresses on this very site, and emergency numbers where they are not a house number, an amount or part of a longer number.
const OWN_LINK = `${escaped(location.origin)}/[^\\s<>"']*[^\\s<>"'.,;:!?)]`;
const HOUSE = "(?:[Nn]gõ|[Nn]gách|[Nn]hà|[Hh]ẻm|[Kk]iệt|[Tt]ổ|[Kk]hu|[Ll]ô|[Pp]hòng|[Cc]ột|[Kk]m|QL|ql)\\s";
const EMERGENCY = `(?<![\\p{L}\\d.,/-])(?<!${HOUSE})11[345](?![\\p{L}\\d/-]|[.,]\\d|\\s+\\p{Lu}|\\s*(?:đồng|nghìn|ngàn|triệu|m\\b|km\\b|%))`;
const LINKS = new RegExp(`(${OWN_LINK})|(${EMERGENCY})`, "gu");

/** Nodes for `text`. With `links`, this site's addresses and 113, 114, 115 become links; all else stays plain text. */
export function textNodes(text, links) {
  if (!links) return [text];
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(LINKS)) {
    nodes.push(text.slice(from, match.index), match[1] ? siteLink(match[1]) : el("a", { href: `tel:${match[2]}` }, match[2]));
    from = match.index + match[0].length;
  }
  nodes.push(text.slice(from));
  return nodes.filter((node) => node !== "");
}

/** A link to a page of this site, in a tab of its own so that the chat stays. */
export function siteLink(address, ...children) {
  const target = { href: address, target: "_blank", rel: "noopener" };
  return el("a", target, ...(children.length ? children : [address]));
}

/** The address if it is on this site, else null. */
export function ownAddress(address) {
  try {
    const url = new URL(address, location.origin);
    return url.origin === location.origin ? url.href : null;
  } catch {
    return null;
  }
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
