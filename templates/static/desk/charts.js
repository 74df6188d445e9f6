"use strict";
// Charts of the office: stacked bars, and marks of the period before on them, from the JSON in an element's data-chart. The same figures stand in the table below.
(() => {
  const colours = { taken: "#0b7a75", booked: "#0b7a75", held: "#b45309", changed: "#7fb8b4", cooling: "#9aa4ad", free: "#dfe7ea", cancelled: "#9aa4ad", missed: "#b42318", came: "#137a3d", before: "#1a1a1a" };
  const ink = "#5c6670";
  const font = { fontSize: 12, color: ink };

  function draw(place) {
    const told = JSON.parse(place.dataset.chart);
    // Names stand whole: those of places and people run across, one to a line; days stand below.
    const names = { type: "category", data: told.names, axisTick: { show: false }, axisLine: { lineStyle: { color: "#e6e9ec" } }, axisLabel: { ...font, interval: told.across ? 0 : "auto" }, inverse: Boolean(told.across) };
    const figures = { type: "value", minInterval: 1, max: told.unit === "%" ? 100 : null, splitLine: { lineStyle: { color: "#eef1f3" } }, axisLabel: { ...font, formatter: "{value}" + (told.unit || "") } };
    if (told.across) place.style.height = `${78 + told.names.length * 22}px`;
    const chart = echarts.init(place, null, { renderer: "canvas" });
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 24, top: 34, bottom: 6, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 10, textStyle: font, data: told.series.map((each) => each.name) },
      // Drawn, not written as HTML: the pages' policy allows no styles in attributes.
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, confine: true, valueFormatter: (value) => `${value ?? "—"}${told.unit || ""}` },
      xAxis: told.across ? figures : names,
      yAxis: told.across ? names : figures,
      series: told.series.map((each) => each.as === "before" ? {
        name: each.name, type: "scatter", data: each.data, symbol: "rect", symbolSize: told.across ? [3, 18] : [26, 3], itemStyle: { color: colours.before }, z: 5,
      } : ({ name: each.name, type: "bar", stack: "all", data: each.data, barMaxWidth: told.across ? 14 : 34, itemStyle: { color: colours[each.as] || "#0b7a75" } })),
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  }

  const all = () => { for (const place of document.querySelectorAll("[data-chart]")) draw(place); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all); else all();
})();
