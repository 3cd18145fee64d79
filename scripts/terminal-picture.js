#!/usr/bin/env node
// Draws what a program printed, from standard input, as an SVG: `… | node scripts/terminal-picture.js <command>`.
const fs = require('node:fs');

const COLUMN = 8.4;
const LINE = 20;
const MARGIN = 20;
const COLUMNS = 80;

/** @param {string} text */
function escaped(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** The colour of a line: what was typed, an answer, or all else. @param {string} line */
function kindOf(line) {
  if (line.startsWith('$ ')) return 'typed';
  return /^ {4}\S/.test(line) ? 'answer' : 'text';
}

/**
 * @param {string} output of a program
 * @param {string} command that printed it
 */
function picture(output, command) {
  const lines = [`$ ${command}`, '', ...output.trimEnd().split('\n')];
  const width = Math.round(COLUMNS * COLUMN + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const rows = lines.map((line, i) => {
    const y = MARGIN + (i + 0.75) * LINE;
    return `<text class="${kindOf(line)}" x="${MARGIN}" y="${y}">${escaped(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img">
<title>${escaped(command)}</title>
<style>
rect { fill: #16181d; }
text { font: 14px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: #d8dee6; }
.typed { fill: #8fd0ff; font-weight: bold; }
.answer { fill: #9fe0a4; }
</style>
<rect width="${width}" height="${height}" rx="8"/>
${rows.filter((row) => !row.includes('></text>')).join('\n')}
</svg>
`;
}

if (require.main === module) {
  process.stdout.write(picture(fs.readFileSync(0, 'utf8'), process.argv[2] ?? 'npm start'));
}

module.exports = { picture };
