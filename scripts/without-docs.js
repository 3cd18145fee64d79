#!/usr/bin/env node
const fs = require('node:fs');
const { inRoot } = require('./support/paths');
const { filesBelow } = require('./support/stamps');

/**
 * Compiled code without the documentation of its parts, which stands in the declarations beside it as well.
 *
 * @param {string} code
 */
function withoutDocs(code) {
  // Installed by the set-up, which loads this file.
  /** @type {typeof import('typescript')} */
  const ts = require('typescript');
  const source = ts.createSourceFile('a.js', code, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  /** @type {Map<number, number>} */
  const docs = new Map();
  /** @param {import('typescript').Node} node */
  const visit = (node) => {
    for (const { pos, end } of ts.getLeadingCommentRanges(code, node.getFullStart()) ?? []) {
      if (code.startsWith('/**', pos)) docs.set(pos, end);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  let kept = '';
  let from = 0;
  for (const [pos, end] of [...docs].sort(([a], [b]) => a - b)) {
    // The lines of a comment that has them to itself go as a whole.
    const line = code.lastIndexOf('\n', pos - 1) + 1;
    const isAlone = code.slice(line, pos).trim() === '' && code[end] === '\n';
    kept += code.slice(from, isAlone ? line : pos);
    from = isAlone ? end + 1 : end;
  }
  return kept + code.slice(from);
}

/** Takes the documentation out of the code of dist/. */
function stripDocs() {
  for (const file of filesBelow('dist', /\.js$/)) {
    const code = fs.readFileSync(inRoot(file), 'utf8');
    if (code.includes('/**')) fs.writeFileSync(inRoot(file), withoutDocs(code));
  }
}

if (require.main === module) stripDocs();

module.exports = { stripDocs, withoutDocs };
