// Maps without tiles: the units served as circles for orientation, tickets as points. Tiles only where the authority names a server.
(() => {
  "use strict";
  let units = null;
  const colours = { overdue: "#b3261e", soon: "#a15c00", ok: "#1f7a4d", waiting: "#5b4b8a", done: "#5a6b70" };
  const load = (address) => (units = units || fetch(address).then((answer) => answer.json()));

  const look = { zoomSnap: 0.5 };
  const land = (mine) => ({ weight: mine ? 2 : 1, color: mine ? "#0f6674" : "#8aa3a8", fillColor: "#ffffff", fillOpacity: mine ? 0.9 : 0.5 });
  const escaped = (text) => { const box = document.createElement("span"); box.textContent = text; return box; };

  async function ticketMap(box) {
    const data = await load(box.dataset.map);
    const own = data.units.find((unit) => unit.code === box.dataset.unit);
    const exact = box.dataset.lat !== "";
    const centre = exact ? [Number(box.dataset.lat), Number(box.dataset.lon)] : own && [own.lat, own.lon];
    if (!centre) { box.hidden = true; return; }
    const map = ground(box, data, look);
    // near enough to see where in its unit the point lies, far enough to see the neighbours' names
    if (own) map.fitBounds(L.latLngBounds(L.latLng(own.lat, own.lon).toBounds(own.radius * 2.6)).extend(centre));
    else map.setView(centre, 12);
    if (data.borders) ground.borders(map, data.borders, land, box.dataset.unit);
    for (const unit of data.units) {
      const seen = data.borders ? { stroke: false, fill: false } : land(unit.code === box.dataset.unit);
      L.circle([unit.lat, unit.lon], { radius: unit.radius, interactive: false, ...seen })
        .addTo(map).bindTooltip(escaped(unit.name), { permanent: true, direction: "center", className: "unit-name" });
    }
    if (exact) L.circleMarker(centre, { radius: 9, weight: 3, color: "#ffffff", fillColor: "#b3261e", fillOpacity: 1 }).addTo(map);
  }

  async function townMap(box) {
    const data = await fetch(box.dataset.town).then((answer) => answer.json());
    const map = ground(box, data, look);
    if (data.borders) ground.borders(map, data.borders, land);
    const most = Math.max(1, ...data.units.map((unit) => unit.open));
    const size = Math.min(1, Math.max(0.5, box.clientWidth / 640)); // on a phone the units lie closer
    for (const unit of data.units) {
      const circle = L.circleMarker([unit.lat, unit.lon], {
        radius: size * (unit.open ? 8 + 22 * Math.sqrt(unit.open / most) : 3),
        weight: 1.5, color: unit.overdue ? colours.overdue : unit.open ? "#0f6674" : "#8aa3a8",
        fillColor: unit.overdue ? colours.overdue : "#0f6674", fillOpacity: unit.open ? 0.35 : 0.15,
      }).addTo(map);
      circle.bindTooltip(escaped(`${unit.name}: ${unit.open} đang mở, ${unit.overdue} quá hạn`));
      if (unit.open) circle.on("click", () => location.assign(`/admin/?xa=${encodeURIComponent(unit.code)}`));
    }
    if (data.units.length) map.fitBounds(data.units.map((unit) => [unit.lat, unit.lon]), { padding: [24, 24] });
    for (const point of data.points) {
      L.circleMarker([point.lat, point.lon], { radius: 3 + 3 * size, weight: 2, color: "#ffffff", fillColor: colours[point.state], fillOpacity: 1 })
        .addTo(map).bindTooltip(escaped(`${point.number} · ${point.words} · ${point.title}`))
        .on("click", () => location.assign(`/admin/phan-anh/${point.number}`));
    }
    nameBusiest(map, data.units);
  }

  // the units with the most open tickets by name, so that the map can be read without touching it; none upon another
  function nameBusiest(map, units) {
    const named = [];
    for (const unit of [...units].sort((a, b) => b.open - a.open)) {
      const at = map.latLngToContainerPoint([unit.lat, unit.lon]);
      if (named.length === 14 || !unit.open) break;
      if (named.some((one) => Math.abs(one.x - at.x) < 110 && Math.abs(one.y - at.y) < 22)) continue;
      named.push(at);
      L.tooltip({ permanent: true, direction: "bottom", offset: [0, 4], className: "unit-name unit-name-big", interactive: false })
        .setLatLng([unit.lat, unit.lon]).setContent(escaped(unit.short)).addTo(map);
    }
  }

  function once(box, make) { if (!box.dataset.drawn) { box.dataset.drawn = "1"; make(box); } }
  function draw(root) {
    if (!window.L) return;
    root.querySelectorAll("[data-map]").forEach((box) => once(box, ticketMap));
    root.querySelectorAll("[data-town]").forEach((box) => once(box, townMap));
  }
  document.addEventListener("htmx:load", (event) => draw(event.detail.elt.parentElement || document));
  draw(document);
})();
