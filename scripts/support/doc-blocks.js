const fs = require('node:fs');
const path = require('node:path');
const { inRoot } = require('./paths');
const { filesBelow } = require('./stamps');

/**
 * A program of a page: a block of code that begins with an import, and the blocks after it that do not.
 *
 * @typedef {{ page: string, line: number, language: 'ts' | 'js', code: string }} DocProgram
 */

/** README.md and every page below docs/, relative to the repository. */
function docPages() {
  return ['README.md', ...filesBelow('docs', /\.md$/)];
}

/**
 * The programs of a page's `ts` and `js` blocks, in order; those marked `no-run` need what is not
 * there everywhere, such as a GPU.
 *
 * @param {string} page
 * @returns {DocProgram[]}
 */
function docPrograms(page) {
  const text = fs.readFileSync(inRoot(...page.split('/')), 'utf8');
  /** @type {DocProgram[]} */
  const programs = [];
  for (const match of text.matchAll(/^```(ts|js)\n(.*?)^```$/gms)) {
    const [, language = '', code = ''] = match;
    const last = programs.at(-1);
    if (last !== undefined && last.language === language && !/^import\b/.test(code)) {
      last.code += `\n${code}`;
      continue;
    }
    const line = text.slice(0, match.index).split('\n').length + 1;
    programs.push({ page, line, language: language === 'ts' ? 'ts' : 'js', code });
  }
  return programs;
}

/** The file that a program is written to for the compiler. @param {DocProgram} program */
function docFile({ page, line, language }) {
  return `${page.replaceAll(path.sep, '-').replaceAll('/', '-')}-${line}.${language}`;
}

module.exports = { docFile, docPages, docPrograms };
