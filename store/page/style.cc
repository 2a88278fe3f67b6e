// The style sheet of the status page.
//
// Every text has a contrast of at least 4.5 to 1 with its background, in both colour schemes. No
// colour is the only sign of anything: holes are hatched, and marks differ in their shape.
#include "store/page/assets.h"

namespace walstow {

std::string_view page_style() {
  return R"css(
:root {
  color-scheme: light dark;
  --page: #f3f5f8; --card: #ffffff; --line: #d9dee6; --grid: #e8ecf1;
  --ink: #17202c; --quiet: #55606f;
  --wal: #2b6cb0; --branch: #6d7a8a; --before: #e8ecf1;
  --good: #17683a; --good-back: #e5f4ea;
  --bad: #b3201b; --bad-back: #fdecea;
  --behind: #8a5300; --behind-back: #fdf3e0;
  --hold: #6a3fb0; --floor: #0f6b6b; --backup: #17202c; --code: #eef1f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151c; --card: #181f29; --line: #2e3846; --grid: #252e3a;
    --ink: #e7ebf1; --quiet: #a5b0bf;
    --wal: #5b9fe6; --branch: #8b98a9; --before: #232c38;
    --good: #74d498; --good-back: #14291d;
    --bad: #ff9188; --bad-back: #351817;
    --behind: #f3bb58; --behind-back: #30240f;
    --hold: #bda4f5; --floor: #63cccc; --backup: #f2f5f9; --code: #232c38;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans",
    sans-serif;
}
main { max-width: 1120px; margin: 0 auto; padding: 20px 20px 8px; }
h1, h2, h3, p, dl, dd, ul, figure { margin: 0; padding: 0; }
a { color: var(--wal); }
:focus-visible { outline: 3px solid var(--wal); outline-offset: 2px; border-radius: 4px; }
small { font-size: 13px; color: var(--quiet); }
code, .name { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Consolas, monospace; }
code { font-size: 13px; background: var(--code); border-radius: 4px; padding: 1px 5px; }
code, .name { overflow-wrap: anywhere; }
.name { font-size: 13px; }
.quiet { color: var(--quiet); font-size: 14px; }

.top { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 16px; margin-bottom: 14px; }
.top h1 { font-size: 22px; line-height: 1.3; letter-spacing: -0.01em; }
.top p { color: var(--quiet); font-size: 14px; margin-left: auto; }

.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 18px 20px 20px; margin-bottom: 16px; overflow-x: clip;
}
.card h2 { font-size: 19px; line-height: 1.3; overflow-wrap: anywhere; }
.card h3 { font-size: 15px; margin: 26px 0 8px; }

.state { border-left-width: 6px; }
.state h2 { display: flex; align-items: center; gap: 10px; }
.state h2 svg { flex: none; fill: none; stroke: currentColor; stroke-width: 2.4;
  stroke-linecap: round; stroke-linejoin: round; }
.state.good { border-left-color: var(--good); }
.state.good h2 { color: var(--good); }
.state.remark { border-left-color: var(--behind); }
.state.remark h2 { color: var(--behind); }
.state.bad { border-left-color: var(--bad); }
.state.bad h2 { color: var(--bad); }
.notices { list-style: none; margin-top: 10px; }
.notices li { padding: 9px 0; border-top: 1px solid var(--grid); overflow-wrap: anywhere; }
.notices li:last-child { padding-bottom: 0; }
.badge {
  display: inline-block; font-size: 12px; font-weight: 700; line-height: 1.4;
  border-radius: 5px; padding: 1px 7px; letter-spacing: 0.02em;
}
.badge.bad { color: var(--bad); background: var(--bad-back); }
.badge.remark { color: var(--behind); background: var(--behind-back); }
.whose { font-weight: 600; }
#offline {
  max-width: 1080px; margin: 16px auto -4px; padding: 10px 16px; border-radius: 8px;
  color: var(--bad); background: var(--bad-back); border: 1px solid currentColor; font-weight: 600;
}
#offline[hidden] { display: none; }

.facts {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 14px 24px;
  margin-top: 14px;
}
.facts dt { font-size: 13px; color: var(--quiet); }
.facts dd { font-size: 17px; font-weight: 600; line-height: 1.35; overflow-wrap: anywhere; }
.facts.two { grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); }
.facts small { display: block; font-weight: 400; line-height: 1.4; margin-top: 2px; }

.drawing { margin: 4px 0 14px; }
.map { display: block; overflow: visible; }
.map text {
  fill: var(--ink); font-size: 13px;
  paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round;
}
.map .narrow { display: none; }
.map .axis { fill: var(--quiet); font-size: 12px; font-variant-numeric: tabular-nums; }
.map .label { font-weight: 600; }
.map .note { font-size: 12.5px; }
.grid { stroke: var(--grid); stroke-width: 1; }
.wal { fill: var(--wal); rx: 2px; }
.branch { stroke: var(--branch); stroke-width: 2; }
.hole rect { fill: url(#hatch); stroke: var(--bad); stroke-width: 2; }
.hole .edge { stroke: var(--bad); stroke-width: 2; }
.map .hole text { fill: var(--bad); font-weight: 600; }
.hatch { stroke: var(--bad); stroke-width: 2; }
.hatch-back { fill: var(--bad-back); }
.backup path { fill: var(--backup); stroke: var(--card); stroke-width: 2; }
.backup .reach { stroke: var(--backup); stroke-width: 3; }
.break path { fill: none; stroke: var(--bad); stroke-width: 3; stroke-linecap: round; }
.standby path { fill: var(--good); stroke: var(--card); stroke-width: 1; }
.map .standby text { fill: var(--good); stroke-width: 8px; }
.behind path { fill: var(--behind); }
.map .behind text { fill: var(--behind); font-weight: 600; }
.standby .reach { stroke: var(--behind); stroke-width: 2; stroke-dasharray: 2 4; opacity: 0.75; }
.hold .reach { stroke: var(--hold); stroke-width: 3; }
.hold .edge { stroke: var(--hold); stroke-width: 3; }
.map .hold text { fill: var(--hold); }
.floor .edge { stroke: var(--floor); stroke-width: 2; stroke-dasharray: 7 4; }
.map .floor text { fill: var(--floor); font-weight: 600; }
.svg-parts { position: absolute; width: 0; height: 0; }
.legend {
  list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px;
  font-size: 13px; color: var(--quiet); margin-top: 10px;
}
.legend li { display: flex; align-items: center; gap: 7px; }
.key { flex: none; overflow: visible; }

table { width: 100%; border-collapse: collapse; font-size: 14px; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
thead th { color: var(--quiet); font-weight: 500; font-size: 13px; }
th, td {
  text-align: left; vertical-align: top; padding: 7px 14px 7px 0;
  border-bottom: 1px solid var(--grid); overflow-wrap: anywhere;
}
thead th { overflow-wrap: normal; }
tbody th { font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
b.bad { color: var(--bad); }
b.behind { color: var(--behind); }
b.good { color: var(--good); }

.charts {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 16px 28px;
}
.chart svg { display: block; border-bottom: 1px solid var(--line); }
.chart rect { fill: var(--wal); }
.chart.gets rect { fill: var(--floor); }
.chart.refusals rect { fill: var(--bad); }
.chart rect.before { fill: var(--before); }
.chart figcaption { font-size: 13px; color: var(--quiet); margin-bottom: 4px; }
.chart figcaption b { color: var(--ink); font-size: 15px; margin-left: 4px; }
.scale { display: flex; justify-content: space-between; font-size: 12px; color: var(--quiet); }
.charts + .quiet { margin: 8px 0 4px; font-size: 13px; }
footer {
  max-width: 1120px; margin: 0 auto; padding: 0 20px 28px; color: var(--quiet); font-size: 13px;
}

@media (max-width: 640px) {
  main { padding: 14px 10px 4px; }
  footer { padding: 0 12px 20px; }
  .top p { margin-left: 0; }
  .card { padding: 14px 14px 16px; border-radius: 10px; }
  #offline { margin: 10px 10px -2px; }
  .facts { grid-template-columns: 1fr 1fr; gap: 12px 16px; }
  .facts.two { grid-template-columns: 1fr; }
  .name { font-size: 12px; }
  .map .wide { display: none; }
  .map .narrow { display: inline; stroke-width: 7px; }
  .map text { font-size: 12px; }
  .map .note { font-size: 11.5px; }
  table, tbody { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr {
    display: block; border: 1px solid var(--line); border-radius: 8px; padding: 6px 12px;
    margin-top: 8px;
  }
  tbody th, tbody td {
    display: grid; grid-template-columns: 84px minmax(0, 1fr); gap: 8px; border: 0; padding: 3px 0;
  }
  tbody th::before, tbody td::before {
    content: attr(data-label); color: var(--quiet); font-weight: 400; font-size: 13px;
  }
}
@media print { .card { break-inside: avoid; } }
)css";
}

}  // namespace walstow
