/** The style of pages: light and dark as the reader has chosen, light on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --panel: #fff; --ink: #1a1d23; --soft: #5a6170; --line: #d9dde4;
  --accent: #0b62d6; --on-accent: #fff;
  font: 16px/1.5 system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --panel: #1d2128; --ink: #e8eaee; --soft: #a3abb9; --line: #343a45;
    --accent: #6fb1ff; --on-accent: #0c1320;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 0 1rem 3rem; background: var(--ground); color: var(--ink); }
header { padding: 1.5rem 0 0.5rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 0.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 0.5rem; overflow-wrap: anywhere; }
p { margin: 0 0 0.75rem; max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; margin: 0 0 1rem; padding: 0; }
section { background: var(--panel); border: 1px solid var(--line); border-radius: 0.6rem; padding: 1.25rem; margin: 0 0 1rem; }
section > :last-child { margin-bottom: 0; }
figure { margin: 0 0 1rem; }
.picture, .table { overflow-x: auto; }
.picture svg { display: block; max-width: 100%; height: auto; color: var(--ink); }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 2rem; align-items: start; }
.note { margin: 0.5rem 0 0; color: var(--soft); font-size: 0.9rem; }
figcaption { color: var(--soft); font-size: 0.85rem; max-width: 46rem; margin-top: 0.25rem; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid var(--line); font-weight: normal; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); vertical-align: bottom; }
.number { text-align: right; white-space: nowrap; }
thead .number { white-space: normal; }
th:not(.number), td:not(.number) { overflow-wrap: break-word; max-width: 24rem; }
.table:focus-visible, .picture:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 60rem) { .number { white-space: normal; } }
@media screen and (max-width: 42rem) {
  .picture svg { max-width: none; }
  th:not(.number), td:not(.number) { max-width: 12rem; }
}
@page { margin: 14mm 12mm; }
@media print {
  :root {
    color-scheme: light;
    --ground: #fff; --panel: #fff; --ink: #000; --soft: #444; --line: #bbb; --accent: #0b4fae; --on-accent: #fff;
    font-size: 10pt;
  }
  body { max-width: none; padding: 0; }
  nav { display: none; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 0.75rem 0; }
  figure, tr, h2, p { break-inside: avoid; }
  h2, section > p { break-after: avoid; }
  thead { display: table-header-group; }
  .picture, .table { overflow: visible; }
  .picture svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; max-height: 15cm; }
}
`;
