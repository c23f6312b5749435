// The chat's side of /api/v1/chat. Every failure is a `Problem` (the server said no, with a sentence) or `Unreachable`.

import { WORDS } from "./words.js";

const BASE = "/api/v1/chat";

export class Problem extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }

  /** Whether the same request may succeed later. */
  get passing() {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

export class Unreachable extends Error {
  constructor() {
    super(WORDS.unreachable);
    this.passing = true;
  }
}

export class Api extends EventTarget {
  #store;
  #opening = null;

  constructor(store) {
    super();
    this.#store = store;
  }

  get known() {
    return Boolean(this.#store.token);
  }

  /** The visitor's token, made at the first need: looking at the page leaves no trace. */
  async token() {
    if (this.#store.token) return this.#store.token;
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  async #open() {
    const answer = await call("/visitors", { method: "POST" });
    const { token } = await answer.json();
    // another tab may have been quicker: both then show the same thread
    this.#store.token ??= token;
    this.dispatchEvent(new Event("opened"));
    return this.#store.token;
  }

  async post(body) {
    const headers = { "Content-Type": "application/json" };
    return (await this.#asked("/messages", { method: "POST", headers, body: JSON.stringify(body) })).json();
  }

  async read(query) {
    return (await this.#asked(`/messages?${new URLSearchParams(query)}`)).json();
  }

  stream(after, signal) {
    return this.#asked(`/stream?after=${after}`, { headers: { Accept: "text/event-stream" }, signal, cache: "no-store" });
  }

  async picture(path) {
    const answer = await this.#asked(path.replace(BASE, ""));
    return URL.createObjectURL(await answer.blob());
  }

  /** Upload with progress (0…1). Returns {done: Promise<media>, cancel()}. */
  upload(file, onProgress) {
    const request = new XMLHttpRequest();
    const done = this.token().then((token) => sent(request, file, token, onProgress));
    const judged = done.catch((error) => {
      this.#judge(error, this.#store.token);
      throw error;
    });
    return { done: judged, cancel: () => request.abort() };
  }

  async #asked(path, options = {}) {
    const token = await this.token();
    const headers = { ...options.headers, Authorization: `Bearer ${token}` };
    try {
      return await call(path, { ...options, headers });
    } catch (error) {
      this.#judge(error, token);
      throw error;
    }
  }

  /** A token that the server no longer knows is forgotten, unless another one has taken its place meanwhile. */
  #judge(error, token) {
    if (error.status !== 401 || this.#store.token !== token) return;
    this.#store.token = null;
    this.dispatchEvent(new Event("expired"));
  }
}

async function call(path, options = {}) {
  let answer;
  try {
    answer = await fetch(BASE + path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (!answer.ok) throw problemOf(answer.status, await answer.text().catch(() => ""));
  return answer;
}

function problemOf(status, text) {
  try {
    return new Problem(status, JSON.parse(text).detail || WORDS.trouble);
  } catch {
    return new Problem(status, WORDS.trouble);
  }
}

function sent(request, file, token, onProgress) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", `${BASE}/photos`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("error", () => reject(new Unreachable()));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText));
      else reject(problemOf(request.status, request.responseText));
    });
    request.send(form);
  });
}
