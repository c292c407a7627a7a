// Draws the network of fields, districts and managers. The same edges stand in a table beside it. The large script of
// charts is asked for only where the picture is shown, which it is not on phones.
(() => {
  "use strict";
  const place = document.querySelector("[data-network]");
  if (!place) return;
  const graph = JSON.parse(place.dataset.network);
  const colour = (name) => getComputedStyle(place).getPropertyValue(name).trim();
  const most = Math.max(1, ...graph.nodes.map((node) => node.weight));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const options = () => ({
    color: [colour("--chart1"), colour("--chart2"), colour("--chart4")],
    textStyle: { color: colour("--ink"), fontFamily: getComputedStyle(place).fontFamily },
    aria: { enabled: true },
    animation: !still,
    tooltip: { renderMode: "richText", backgroundColor: colour("--surface"), textStyle: { color: colour("--ink") } },
    legend: { data: graph.kinds, bottom: 0, textStyle: { color: colour("--ink2") } },
    series: [{
      type: "graph",
      layout: "force",
      roam: "move",
      draggable: true,
      force: { repulsion: 220, edgeLength: [60, 160], layoutAnimation: !still },
      categories: graph.kinds.map((name) => ({ name })),
      label: { show: true, position: "right", color: colour("--ink"), fontSize: 12 },
      labelLayout: { hideOverlap: true },
      lineStyle: { color: colour("--edge"), opacity: 0.6, curveness: 0.08 },
      emphasis: { focus: "adjacency", lineStyle: { opacity: 1 } },
      data: graph.nodes.map((node) => ({
        id: node.id, name: node.name, value: node.weight, category: node.kind,
        symbol: ["circle", "rect", "roundRect"][node.kind],
        symbolSize: 12 + 28 * Math.sqrt(node.weight / most),
      })),
      links: graph.edges.map((edge) => ({
        source: edge.source, target: edge.target, value: edge.weight,
        lineStyle: { width: 1 + 3 * Math.sqrt(edge.weight / most) },
      })),
    }],
  });
  const draw = () => {
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(options());
    addEventListener("resize", () => chart.resize());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(options()));
  };
  const watch = new ResizeObserver(() => {
    if (!place.getClientRects().length) return;
    watch.disconnect();
    const script = document.createElement("script");
    script.src = place.dataset.script;
    script.addEventListener("load", draw);
    document.head.append(script);
  });
  watch.observe(place);
})();
