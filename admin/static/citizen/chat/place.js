// "Where I am": first our own question in plain words, only then the browser's.

import { show } from "./dom.js";
import { WORDS } from "./words.js";

const PATIENCE = { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 };
const DENIED = 1;

export function askPlace(root, { send, tell }) {
  const opener = root.querySelector("[data-place]");
  const panel = root.querySelector("[data-place-ask]");
  const yes = root.querySelector("[data-place-yes]");
  const words = yes.textContent;

  const open = (visible) => {
    show(panel, visible);
    opener.setAttribute("aria-expanded", String(visible));
    if (visible) yes.focus();
  };
  const close = () => {
    open(false);
    yes.disabled = false;
    yes.textContent = words;
    opener.focus();
  };
  const failed = (error) => {
    close();
    tell(error?.code === DENIED ? WORDS.placeDenied : WORDS.placeFailed);
  };
  const found = ({ coords }) => {
    close();
    send({ lat: coords.latitude, lon: coords.longitude });
  };

  opener.addEventListener("click", () => {
    tell(null);
    open(panel.hidden);
  });
  root.querySelector("[data-place-no]").addEventListener("click", close);
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    close();
  });
  yes.addEventListener("click", () => {
    if (!navigator.geolocation) return failed();
    yes.disabled = true;
    yes.textContent = WORDS.placeAsking;
    navigator.geolocation.getCurrentPosition(found, failed, PATIENCE);
  });
}
