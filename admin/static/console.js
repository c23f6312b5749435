// The console's own few lines: live updates, list and ticket side by side, ready-made replies, keys. No inline script anywhere.
(() => {
  "use strict";
  const wide = () => window.matchMedia("(min-width: 1200px)").matches;
  const list = () => document.getElementById("rows");

  // --- live: one stream a tab, closed while the tab is hidden -------------------------------------------------
  const address = document.body.dataset.live;
  let source = null;
  let waiting = null;
  const changed = { ticket: new Set(), conversation: new Set() };

  function listen() {
    if (source || document.hidden) return;
    source = new EventSource(address);
    source.addEventListener("ready", () => { document.body.dataset.listening = "yes"; offline(false); refreshAll(); });
    for (const kind of ["ticket", "conversation"]) {
      source.addEventListener(kind, (event) => { changed[kind].add(event.data); later(); });
    }
    source.onerror = () => { offline(true); if (source.readyState === EventSource.CLOSED) { stop(); setTimeout(listen, 5000); } };
  }
  function stop() { if (source) { source.close(); source = null; } }
  function offline(is) { const mark = document.getElementById("live"); if (mark) mark.hidden = !is; }
  function later() { waiting = waiting || setTimeout(() => { waiting = null; apply(); }, 300); }

  let first = true;
  function refreshAll() {
    if (first) { first = false; return; } // the page has just been drawn
    refreshList();
    document.querySelectorAll("[data-part]").forEach(refreshPart);
    document.querySelectorAll("[data-fresh]").forEach(refresh);
  }
  function apply() {
    if (changed.ticket.size) {
      refreshList();
      const shown = document.querySelector("[data-ticket]");
      if (shown && changed.ticket.has(shown.dataset.ticket)) ticketChanged(shown);
    }
    document.querySelectorAll("[data-fresh]").forEach((part) => {
      const wanted = changed[part.dataset.on];
      if (wanted && wanted.size && (!part.dataset.id || wanted.has(part.dataset.id))) refresh(part);
    });
    const talk = document.querySelector("[data-part='tin-nhan'] [data-conversation]");
    if (talk && changed.conversation.has(talk.dataset.conversation)) refreshPart(talk.closest("[data-part]"));
    changed.ticket.clear();
    changed.conversation.clear();
  }
  function refreshList() {
    const filters = document.getElementById("filters");
    const searching = filters && filters.contains(document.activeElement) && document.activeElement.id === "tim";
    // while somebody types in the search field only the rows are exchanged
    if (searching) redraw({ target: "#rows", swap: "outerHTML", select: "#rows" });
    else redraw({ target: "#list", swap: "innerHTML" });
  }
  function redraw(place) {
    if (!list()) return;
    const drawn = list().dataset.refresh;
    const target = new URL(drawn, location.origin);
    target.searchParams.set("dong", String(list().querySelectorAll(".row-ticket").length));
    htmx.ajax("GET", target.pathname + target.search, { ...place, headers: { "Drawn-From": drawn } });
  }
  // rows that were asked for before somebody narrowed the list would undo that
  document.addEventListener("htmx:beforeSwap", (event) => {
    const drawn = event.detail.requestConfig.headers["Drawn-From"];
    if (drawn !== undefined && !(list() && list().dataset.refresh === drawn)) event.detail.shouldSwap = false;
  });
  function refreshPart(part) {
    const number = part.closest("[data-number]").dataset.number;
    htmx.ajax("GET", `/admin/phan-anh/${number}/phan/${part.dataset.part}`, { target: part, swap: "innerHTML" });
  }
  function refresh(part) { htmx.ajax("GET", part.dataset.fresh, { target: part, swap: "innerHTML" }); }
  // forms stay as they are: nobody loses what is being typed
  function ticketChanged(shown) {
    const version = shown.querySelector("input[name=version]");
    fetch(`/admin/phan-anh/${shown.dataset.number}/phan/phien-ban`).then((r) => (r.ok ? r.text() : "")).then((now) => {
      if (version && now && now.trim() !== version.value) shown.querySelector("#changed").hidden = false;
    });
    shown.querySelectorAll("[data-part]").forEach(refreshPart);
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", listen);

  // --- list and ticket ------------------------------------------------------------------------------------------
  document.addEventListener("htmx:confirm", (event) => {
    const link = event.target.closest && event.target.closest("a[data-pane]");
    if (!link) return;
    const click = event.detail.triggeringEvent || {};
    if (click.ctrlKey || click.metaKey || click.shiftKey) { event.preventDefault(); window.open(link.href, "_blank", "noopener"); }
    else if (!wide()) { event.preventDefault(); location.assign(link.href); }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target; // none after a step back: the whole page was exchanged
    if (target && target.id === "pane") paneChanged(target);
    scrollDown(target || document);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!event.detail.target || ["list", "rows"].includes(event.detail.target.id)) markRow();
  });
  function paneChanged(pane) {
    const desk = pane.closest(".desk");
    if (desk) desk.classList.add("has-ticket");
    pane.scrollTop = 0;
    markRow();
    const title = pane.querySelector("#refused") || pane.querySelector("#ticket-title");
    if (title) { title.setAttribute("tabindex", "-1"); title.focus({ preventScroll: true }); }
    // the browser keeps one of a group open, and for a moment the old page's form was still there
    const open = pane.querySelector(".deed[data-open]");
    if (open) { open.open = true; open.scrollIntoView({ block: "nearest" }); }
  }
  function markRow() {
    const shown = document.querySelector("#pane [data-number]");
    document.querySelectorAll(".row-ticket").forEach((row) => {
      if (shown && row.dataset.number === shown.dataset.number) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
    const current = document.querySelector(".row-ticket[aria-current]");
    if (current && wide()) current.scrollIntoView({ block: "nearest" });
  }
  function scrollDown(root) {
    root.querySelectorAll(".bubbles").forEach((box) => { box.scrollTop = box.scrollHeight; });
  }

  // an upload that the server would refuse is said before it is sent
  function chosen(field) {
    const names = document.getElementById(`${field.id}-names`);
    const files = [...field.files];
    const most = Number(field.dataset.largest || 10);
    const heavy = files.reduce((sum, file) => sum + file.size, 0) > most * 1e6;
    if (heavy) field.value = "";
    if (names) names.textContent = heavy ? `Ảnh lớn quá (tối đa ${most} MB một lần gửi), anh/chị chọn ảnh nhỏ hơn nhé.` : files.map((file) => file.name).join(", ") || "Chưa chọn ảnh";
  }
  // an answer that is no page (the outermost edge refuses in JSON) becomes a notice; the form stays as it is
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr;
    if ((answer.getResponseHeader("content-type") || "").startsWith("text/html") || !answer.responseText) return;
    event.detail.shouldSwap = false;
    let words = "Chưa thực hiện được, anh/chị thử lại nhé.";
    try { words = JSON.parse(answer.responseText).detail || words; } catch { /* not ours: the general sentence stands */ }
    notice(words);
  });
  document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status >= 500) notice("Hệ thống đang gặp trục trặc, anh/chị thử lại sau ít phút nhé."); });
  function notice(words) {
    const box = document.createElement("div");
    box.className = "alert alert-danger notice";
    box.setAttribute("role", "alert");
    box.textContent = words;
    document.getElementById("notices").replaceChildren(box);
  }

  // --- forms -------------------------------------------------------------------------------------------------------
  document.addEventListener("change", (event) => {
    if (event.target.type === "file") {
      chosen(event.target);
    }
    const field = document.getElementById(event.target.dataset.canned || "");
    if (!field || !event.target.value) return;
    field.value = field.value.trim() ? `${field.value.trimEnd()}\n${event.target.value}` : event.target.value;
    field.focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && typing && typing.form) typing.form.requestSubmit();
    if (event.key === "/" && !typing) { const find = document.getElementById("tim"); if (find) { event.preventDefault(); find.focus(); } }
    const row = event.target.closest(".row-ticket");
    if (row && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const rows = [...document.querySelectorAll(".row-ticket")];
      const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) { event.preventDefault(); next.focus(); }
    }
  });
  document.addEventListener("htmx:sendError", () => offline(true));

  const tab = document.querySelector(".subnav [aria-current]");
  if (tab) tab.scrollIntoView({ block: "nearest", inline: "center" });
  scrollDown(document);
  markRow();
  listen();
})();
