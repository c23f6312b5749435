// What lies under the circles and points of every map: zoom buttons, tiles and borders where the authority has them (admin/maps.py).
(() => {
  "use strict";
  function ground(box, data, options) {
    const map = L.map(box, { zoomControl: false, attributionControl: false, scrollWheelZoom: false, ...options });
    L.control.zoom({ zoomInTitle: "Phóng to", zoomOutTitle: "Thu nhỏ" }).addTo(map);
    if (data.tiles) L.tileLayer(data.tiles).addTo(map);
    return map;
  }

  // they arrive later than the circles and lie under them; the unit `own` has its line over its neighbours'
  ground.borders = (map, address, style, own) => {
    let gone = false;
    map.on("unload", () => { gone = true; });
    fetch(address).then((answer) => answer.json()).then((borders) => {
      if (gone) return;
      borders.features.sort((a, b) => (a.properties.code === own) - (b.properties.code === own));
      L.geoJSON(borders, { style: (area) => style(area.properties.code === own), interactive: false }).addTo(map).bringToBack();
    });
  };

  window.ground = ground;
})();
