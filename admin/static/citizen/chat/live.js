// The thread as it happens: a stream that resumes after its last id, and polling where streams do not get through.

const SILENCE_MS = 40_000; // the server says something every 15 seconds; after this the line is dead
const STALE_MS = 20_000;
const POLL_MS = 4_000;
const POLLS_BEFORE_NEW_TRY = 8;
const FAILURES_BEFORE_POLLING = 3;
const WAITS_MS = [500, 1_000, 2_000, 5_000, 10_000];

/** Events: `thread` (detail: what the API answered), `up`, `down`. Only what came in here moves the cursor. */
export class Live extends EventTarget {
  #api;
  #cursor = 0;
  #run = null;
  #wake = null;
  #heard = 0; // when the line last gave a sign of life

  constructor(api) {
    super();
    this.#api = api;
    window.addEventListener("online", () => this.#again());
    // a phone that slept keeps dead lines open
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && Date.now() - this.#heard > STALE_MS) this.#again();
    });
  }

  #again() {
    this.#run?.controller?.abort();
    this.#wake?.();
  }

  start() {
    if (this.#run) return;
    const run = { stopped: false, controller: null };
    this.#run = run;
    this.#follow(run).finally(() => {
      if (this.#run === run) this.#run = null;
    });
  }

  stop() {
    if (!this.#run) return;
    this.#run.stopped = true;
    this.#run.controller?.abort();
    this.#run = null;
    this.#cursor = 0;
    this.#wake?.();
  }

  async #follow(run) {
    let failures = 0;
    while (!run.stopped) {
      try {
        if (this.#cursor === 0) this.#take(await this.#api.read({}), run);
        await this.#read(run, () => (failures = 0));
      } catch (error) {
        if (error.status === 401 || run.stopped) return;
        failures += 1;
      }
      if (run.stopped) return;
      if (failures >= FAILURES_BEFORE_POLLING) await this.#poll(run);
      else await this.#pause(WAITS_MS[Math.min(failures, WAITS_MS.length - 1)]);
    }
  }

  async #read(run, alive) {
    const controller = new AbortController();
    run.controller = controller;
    let watchdog = setTimeout(() => controller.abort(), SILENCE_MS);
    try {
      const answer = await this.#api.stream(this.#cursor, controller.signal);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      const parse = lines((data) => this.#take(JSON.parse(data), run));
      for (;;) {
        const { done, value } = await reader.read();
        if (done || run.stopped) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => controller.abort(), SILENCE_MS);
        this.#heard = Date.now();
        alive();
        this.dispatchEvent(new Event("up"));
        parse(value);
      }
    } finally {
      clearTimeout(watchdog);
      controller.abort();
    }
  }

  async #poll(run) {
    for (let turn = 0; turn < POLLS_BEFORE_NEW_TRY && !run.stopped; turn += 1) {
      try {
        this.#take(await this.#api.read(this.#cursor ? { after: this.#cursor } : {}), run);
        this.dispatchEvent(new Event("up"));
      } catch (error) {
        if (error.status === 401) return;
        this.dispatchEvent(new Event("down"));
      }
      await this.#pause(POLL_MS);
    }
  }

  #take(thread, run) {
    if (run.stopped) return;
    const newest = thread.messages.at(-1);
    if (newest) this.#cursor = Math.max(this.#cursor, newest.id);
    this.dispatchEvent(new CustomEvent("thread", { detail: thread }));
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Feeds on pieces of a server-sent stream; calls `onData` with the data of each whole event. */
function lines(onData) {
  let rest = "";
  let data = [];
  return (piece) => {
    const parts = (rest + piece).split("\n");
    rest = parts.pop();
    for (const part of parts) {
      const line = part.replace(/\r$/, "");
      if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
      else if (line === "" && data.length) {
        onData(data.join("\n"));
        data = [];
      }
    }
  };
}
