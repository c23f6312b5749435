// Charts and the map of circles. Their data comes with the page; each has a table under it that needs no script.
(() => {
  "use strict";
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--ln-${name}`).trim();
  const ink = colour("ink"), soft = colour("ink-soft"), line = colour("line");
  const tones = { received: colour("brand"), in_time: "#3f9a6c", late: "#d08a2e", overdue: colour("overdue") };
  const slices = [colour("brand"), "#d08a2e", "#5b4b8a", "#3f9a6c", "#81949a", "#b3261e"];
  const number = new Intl.NumberFormat("vi-VN");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // quiet patterns beside the colours; the first series has none
  const decals = [{ symbol: "none" }, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 5], rotation: -Math.PI / 4 }, { symbol: "circle", symbolSize: 0.7, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0] }, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 6], rotation: Math.PI / 4 }]
    .map((decal) => ({ color: "rgba(255, 255, 255, 0.45)", ...decal }));
  // a phone shows the figures first: the less used filters fold away
  const more = document.querySelector(".dash-more");
  if (more && matchMedia("(max-width: 767.98px)").matches) more.open = false;
  const charts = new Map();
  let maps = [];
  let opened = new Set();

  const frame = (data) => ({
    animation: !still && !charts.redrawn, animationDuration: 160,
    textStyle: { fontFamily: style.getPropertyValue("--bs-body-font-family"), color: ink },
    aria: { enabled: true, label: { description: data.aria }, decal: { show: data.series.length > 1, decals } },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, confine: true, valueFormatter: (value) => number.format(value) },
  });
  const legend = { top: 0, left: 0, icon: "roundRect", itemWidth: 18, itemHeight: 12, textStyle: { color: ink, fontSize: 13 } };
  const values = { type: "value", minInterval: 1, axisLabel: { color: soft, formatter: (value) => number.format(value) }, splitLine: { lineStyle: { color: line } } };

  function bars(data, box) {
    const many = data.series.length > 1;
    const rest = "#9db2b6"; // the bar of all the others
    return {
      ...frame(data), legend: many ? legend : undefined,
      grid: { top: many ? 34 : 4, left: 4, right: 44, bottom: 4, containLabel: true },
      xAxis: { ...values, axisLabel: { ...values.axisLabel, hideOverlap: true } },
      yAxis: { type: "category", inverse: true, data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: line } },
        axisLabel: { color: ink, fontSize: 12.5, lineHeight: 14, width: Math.round(box.clientWidth * 0.4), overflow: "break" } },
      series: data.series.map((one, place) => ({
        type: "bar", name: one.name, stack: "one", barMaxWidth: 20,
        data: one.data.map((value, at) => (data.rest && at === one.data.length - 1 ? { value, itemStyle: { color: rest } } : value)),
        itemStyle: { color: tones[one.code], borderRadius: many ? 0 : [0, 4, 4, 0] },
        label: { show: place === data.series.length - 1, position: "right", color: ink, fontSize: 12.5,
          formatter: (at) => number.format(data.series.reduce((sum, s) => sum + s.data[at.dataIndex], 0)) },
      })),
    };
  }
  function columns(data, box) {
    return {
      ...frame(data), legend,
      grid: { top: box.clientWidth < 520 ? 62 : 40, left: 4, right: 8, bottom: 4, containLabel: true },
      xAxis: { type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: soft, hideOverlap: true } },
      yAxis: values,
      series: data.series.map((one) => ({
        type: "bar", name: one.name, data: one.data, stack: one.code === "received" ? "in" : "out", barMaxWidth: 22, barGap: "10%", itemStyle: { color: tones[one.code] },
      })),
    };
  }
  function ring(data) {
    const counts = data.series[0].data;
    const total = counts.reduce((a, b) => a + b, 0) || 1;
    const share = (value) => `${number.format(Math.round((1000 * value) / total) / 10)}%`;
    return {
      ...frame(data), tooltip: { trigger: "item", confine: true, formatter: (at) => `${at.marker} ${at.name}: ${number.format(at.value)} (${share(at.value)})` },
      aria: { enabled: true, label: { description: data.aria }, decal: { show: true, decals } }, color: slices,
      legend: { ...legend, top: "auto", bottom: 0, left: "center", orient: "vertical", itemGap: 8, formatter: (name) => { const value = counts[data.labels.indexOf(name)]; return `${name}: ${number.format(value)} (${share(value)})`; } },
      series: [{
        type: "pie", radius: ["40%", "62%"], center: ["50%", "36%"], itemStyle: { borderColor: "#fff", borderWidth: 2 }, label: { show: false },
        data: data.labels.map((name, place) => ({ name, value: counts[place] })),
      }],
    };
  }
  const kinds = { what: bars, who: bars, when: columns, how: ring };

  function draw(box) {
    const data = JSON.parse(box.dataset.chart);
    // told to the chart itself: where people want no motion, a new height of the box is not there at once
    const height = kinds[data.kind] === bars ? Math.max(160, 56 + (box.clientWidth < 480 ? 42 : 31) * data.labels.length) : undefined;
    if (height) box.style.height = `${height}px`;
    const chart = echarts.init(box, null, { height });
    chart.setOption(kinds[data.kind](data, box));
    charts.set(box, chart);
  }

  const text = (words) => { const span = document.createElement("span"); span.textContent = words; return span; };
  function circles(box) {
    const data = JSON.parse(box.dataset.circles);
    const map = ground(box, data, { zoomSnap: 0.25, keyboard: false, fadeAnimation: !still, zoomAnimation: !still });
    const most = Math.max(1, ...data.units.map((unit) => unit.received));
    const land = { weight: 1, color: "#b9c9cb", fillColor: "#ffffff", fillOpacity: 0.75 };
    if (data.borders) ground.borders(map, data.borders, () => land);
    else for (const unit of data.units) { // the land itself, roughly: a pale disc of each unit's area
      L.circle(unit.at, { radius: 1000 * Math.sqrt(unit.km2 / Math.PI) * 1.15, ...land, stroke: false, interactive: false }).addTo(map);
    }
    if (data.units.length) map.fitBounds(data.units.map((unit) => unit.at), { padding: [30, 30] });
    const names = [];
    for (const unit of [...data.units].sort((a, b) => b.received - a.received)) {
      const circle = L.circleMarker(unit.at, {
        radius: unit.received ? 4 + 20 * Math.sqrt(unit.received / most) : 2.5,
        weight: unit.overdue ? 3 : 1.2, color: unit.overdue ? tones.overdue : tones.received, fillColor: tones.received, fillOpacity: unit.received ? 0.32 : 0.2,
      }).addTo(map);
      circle.bindTooltip(text(`${unit.name}: ${number.format(unit.received)} phản ánh, ${number.format(unit.overdue)} quá hạn`));
      if (unit.named && free(names, map.latLngToContainerPoint(unit.at))) L.tooltip({ permanent: true, direction: "center", className: "circle-name", interactive: false }).setLatLng(unit.at).setContent(text(unit.short)).addTo(map);
    }
    maps.push(map);
  }

  // names that would lie upon one another are left out: the circle tells its own on touch
  function free(names, point) {
    const is = names.every((other) => Math.abs(other.x - point.x) > 76 || Math.abs(other.y - point.y) > 15);
    if (is) names.push(point);
    return is;
  }

  function drawAll() {
    if (window.echarts) document.querySelectorAll("[data-chart]").forEach(draw);
    if (window.L) document.querySelectorAll("[data-circles]").forEach(circles);
  }
  function clear() {
    charts.forEach((chart) => chart.dispose());
    charts.clear();
    maps.forEach((map) => map.remove());
    maps = [];
  }

  // new figures: tables that were open stay open, charts appear without moving
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "figures" || !event.detail.shouldSwap) return;
    opened = new Set([...document.querySelectorAll(".twin[open]")].map((twin) => twin.id));
    charts.redrawn = true;
    clear();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "figures") return;
    opened.forEach((id) => { const twin = document.getElementById(id); if (twin) twin.open = true; });
    drawAll();
  });

  // narrower or wider: the charts follow
  let wait = null;
  window.addEventListener("resize", () => { clearTimeout(wait); wait = setTimeout(() => charts.forEach((chart) => chart.resize()), 100); });

  // on paper every table is open and the charts have the paper's width
  let shut = [];
  window.addEventListener("beforeprint", () => {
    shut = [...document.querySelectorAll(".twin:not([open])")];
    shut.forEach((twin) => { twin.open = true; });
    charts.forEach((chart) => chart.resize());
    maps.forEach((map) => map.invalidateSize({ animate: false }));
  });
  window.addEventListener("afterprint", () => { shut.forEach((twin) => { twin.open = false; }); charts.forEach((chart) => chart.resize()); });

  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
  document.addEventListener("change", (event) => { if (event.target.matches("[data-submit]")) event.target.form.requestSubmit(); });
  document.fonts.ready.then(drawAll);
})();
