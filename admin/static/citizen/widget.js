// The chat on other sites: <script src="https://…/widget.js" data-label="Hỏi chính quyền" data-side="left" async></script>
// A button in a shadow root (the site's styles stay out of ours and ours out of theirs); the chat itself runs in a frame
// of our own origin, so the site never sees what a citizen writes.
(() => {
  const script = document.currentScript;
  if (!script || document.querySelector("lang-nghe-widget")) return;

  const origin = new URL(script.src).origin;
  const label = script.dataset.label || "Phản ánh, hỏi thủ tục";
  const side = script.dataset.side === "left" ? "left" : "right";
  const OPEN = "Mở khung trò chuyện";
  const TITLE = "Trò chuyện với trợ lý tự động Lắng Nghe";

  const STYLE = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    .opener {
      position: fixed; z-index: 2147483000; bottom: max(20px, env(safe-area-inset-bottom)); ${side}: 20px;
      display: inline-flex; align-items: center; gap: 10px; min-height: 56px; padding: 0 22px 0 18px; border: 0; border-radius: 28px;
      background: #0f6674; color: #fff; font: 600 16px/1.2 "Be Vietnam Pro", system-ui, "Segoe UI", Roboto, sans-serif;
      box-shadow: 0 4px 20px rgb(20 48 58 / 30%); cursor: pointer;
    }
    .opener:hover { background: #0a4650; }
    .opener:focus-visible { outline: 3px solid #0f6674; outline-offset: 3px; }
    .opener svg { width: 26px; height: 26px; flex: none; }
    .count { min-width: 24px; padding: 2px 7px; border-radius: 12px; background: #fff; color: #0a4650; font-size: 14px; text-align: center; }
    iframe {
      position: fixed; z-index: 2147483001; bottom: 20px; ${side}: 20px; width: 400px; height: min(680px, calc(100dvh - 40px));
      border: 0; border-radius: 18px; background: #f6f8f7; box-shadow: 0 12px 48px rgb(20 48 58 / 30%);
    }
    [hidden] { display: none !important; }
    @media (max-width: 480px), (max-height: 480px) {
      iframe { inset: 0; width: 100%; height: 100dvh; border-radius: 0; }
    }`;
  const MARK = `<svg viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M5 27.5v-6.2A11.5 11.5 0 1 1 16.5 27.5H5z"/><path d="M11.2 16v.01M16 12.4v7.2M20.8 14.4v3.2"/></svg>`;

  class LangNgheWidget extends HTMLElement {
    connectedCallback() {
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this.opener = document.createElement("button");
      this.opener.type = "button";
      this.opener.className = "opener";
      this.opener.innerHTML = MARK;
      this.opener.append(label);
      this.opener.setAttribute("aria-haspopup", "dialog");
      this.count = document.createElement("span");
      this.count.className = "count";
      this.opener.append(this.count);
      this.opener.addEventListener("click", () => this.open());
      root.append(this.opener);
      this.unread(0);
      window.addEventListener("message", (event) => this.hear(event));
    }

    open() {
      if (!this.frame) {
        this.frame = document.createElement("iframe");
        this.frame.src = `${origin}/chat/embed`;
        this.frame.title = TITLE;
        this.frame.allow = `geolocation ${origin}`;
        this.shadowRoot.append(this.frame);
      }
      this.frame.hidden = false;
      this.opener.hidden = true;
      this.unread(0);
      this.frame.focus();
    }

    close() {
      this.frame.hidden = true;
      this.opener.hidden = false;
      this.opener.focus();
    }

    unread(count) {
      this.waiting = count;
      this.count.textContent = String(count);
      this.count.hidden = count === 0;
      this.opener.setAttribute("aria-label", count ? `${label}, ${count} tin mới. ${OPEN}` : `${label}. ${OPEN}`);
    }

    hear(event) {
      if (event.origin !== origin || event.source !== this.frame?.contentWindow) return;
      if (event.data?.type === "langnghe:close") this.close();
      if (event.data?.type === "langnghe:unread" && this.frame.hidden) this.unread(this.waiting + Number(event.data.count || 0));
    }
  }

  customElements.define("lang-nghe-widget", LangNgheWidget);
  const place = () => document.body.append(document.createElement("lang-nghe-widget"));
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
