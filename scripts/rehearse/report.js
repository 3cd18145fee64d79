const fs = require('node:fs');
const { inRoot } = require('../support/paths');

const PAGE = inRoot('docs', 'install.md');
const BEGIN = '<!-- measured -->';
const END = '<!-- /measured -->';

/** @typedef {{ program: string, node: string, passed: boolean, seconds: number, output: string }} Row */

/**
 * What was found.
 *
 * @typedef {object} Findings
 * @property {{ name: string, value: number, unit: string, limit?: number }[]} measures
 * @property {Row[]} rows
 * @property {{ name: string, passed: boolean, output: string }[]} checks
 */

/** @param {Findings} findings */
function hasPassed({ measures, rows, checks }) {
  const fast = measures.every(({ value, limit }) => limit === undefined || value <= limit);
  return fast && rows.length > 0 && [...rows, ...checks].every(({ passed }) => passed);
}

/** The table, one line a program, one column a version of Node.js. @param {Findings} findings */
function table({ measures, rows, checks }) {
  const nodes = [...new Set(rows.map(({ node }) => node))];
  const programs = [...new Set(rows.map(({ program }) => program))];
  /** @param {string} program @param {string} node */
  const cell = (program, node) => {
    const row = rows.find((found) => found.program === program && found.node === node);
    if (row === undefined) return '-';
    return row.passed ? `${row.seconds.toFixed(1)} s` : 'FAILED';
  };
  const lines = [
    ['', ...nodes.map((node) => `Node.js ${node}`)],
    ['---', ...nodes.map(() => '---')],
    ...programs.map((program) => [program, ...nodes.map((node) => cell(program, node))]),
  ];
  return [
    ...lines.map((line) => `| ${line.join(' | ')} |`),
    '',
    ...measures.map(({ name, value, unit }) => `- ${name}: ${value.toFixed(1)} ${unit}`),
    ...checks.map(({ name, passed }) => `- ${name}: ${passed ? 'nothing found' : 'FAILED'}`),
  ].join('\n');
}

/** What failed printed. @param {Findings} findings */
function failures({ rows, checks }) {
  const failed = [
    ...rows.map((row) => ({ ...row, name: `${row.program} on Node.js ${row.node}` })),
    ...checks,
  ].filter(({ passed }) => !passed);
  return failed.map(({ name, output }) => `\n${name}:\n${output.trimEnd()}`).join('\n');
}

/** Puts the table into docs/install.md. @param {Findings} findings */
function writePage(findings) {
  const page = fs.readFileSync(PAGE, 'utf8');
  const [head = '', rest = ''] = page.split(BEGIN);
  const tail = rest.split(END)[1] ?? '';
  fs.writeFileSync(PAGE, `${head}${BEGIN}\n\n${table(findings)}\n\n${END}${tail}`);
}

module.exports = { failures, hasPassed, table, writePage };
