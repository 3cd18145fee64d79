#!/usr/bin/env node
// Writes the tables of options in docs/algorithms from the schemas that learners check their options by, and
// the comments on these. With --check it only compares, and fails if a page is out of date.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const ts = require('typescript');
const { inRoot } = require('./support/paths');
const { runMain, SetupError } = require('./support/run');
const { filesBelow } = require('./support/stamps');

const PAGES = 'docs/algorithms';
const LEARNERS = 'lib/meta';
const BEGIN = '<!-- options -->';
const END = '<!-- end of options -->';

/** Pages whose learner is in a file of another name. */
const FILES = new Map([
  ['fomaml', 'maml'],
  ['online', 'follow-the-meta-leader'],
]);

/** @typedef {{ need: string, about: string, fallback: string }} Option */
/** @typedef {Map<string, Option>} Options */

/** @type {Map<string, ts.SourceFile>} */
const parsed = new Map();

/** @param {string} file */
function sourceOf(file) {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const text = fs.readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  parsed.set(file, source);
  return source;
}

/**
 * The first node below another that a test finds.
 *
 * @template {ts.Node} T
 * @param {ts.Node} node
 * @param {(node: ts.Node) => node is T} fits
 * @returns {T | undefined}
 */
function find(node, fits) {
  if (fits(node)) return node;
  return ts.forEachChild(node, (child) => find(child, fits));
}

/** What the comment above a property says, in one line. @param {ts.Node} node */
function commentOf(node) {
  const [doc] = ts.getJSDocCommentsAndTags(node);
  const comment = doc === undefined ? undefined : ts.getTextOfJSDocComment(doc.comment);
  return (comment ?? '').replace(/\s+/g, ' ').trim();
}

/** The value of a constant, in this file or where it is imported from. @param {string} name @param {ts.SourceFile} source */
function constant(name, source) {
  const declared = find(
    source,
    /** @returns {node is ts.VariableDeclaration} */
    (node) => ts.isVariableDeclaration(node) && node.name.getText() === name,
  );
  if (declared?.initializer !== undefined) return { value: declared.initializer, source };
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !statement.importClause?.namedBindings) continue;
    if (!statement.importClause.namedBindings.getText().match(new RegExp(`\\b${name}\\b`)))
      continue;
    const { text } = /** @type {ts.StringLiteral} */ (statement.moduleSpecifier);
    return constant(name, sourceOf(`${path.join(path.dirname(source.fileName), text)}.ts`));
  }
  throw new SetupError(`Expected ${name} in ${source.fileName}`);
}

/**
 * The options of an object that is a schema.
 *
 * @param {ts.Node} node @param {ts.SourceFile} source @returns {Options}
 */
function optionsOf(node, source) {
  if (ts.isIdentifier(node)) {
    const { value, source: there } = constant(node.text, source);
    return optionsOf(value, there);
  }
  if (!ts.isObjectLiteralExpression(node)) {
    throw new SetupError(`Expected a schema in ${source.fileName} but found ${node.getText()}`);
  }
  return new Map(
    node.properties.flatMap((property) => {
      if (ts.isSpreadAssignment(property)) return [...optionsOf(property.expression, source)];
      if (!ts.isPropertyAssignment(property)) return [];
      return [[property.name.getText(), optionOf(property)]];
    }),
  );
}

/** @param {ts.PropertyAssignment} property @returns {Option} */
function optionOf(property) {
  const call = property.initializer;
  const [need = '', fallback = ''] = ts.isCallExpression(call)
    ? [call.expression.getText(), call.arguments[1]?.getText() ?? '']
    : [];
  return { need, about: commentOf(property), fallback };
}

/** Comments of the members of types that are options, by their names. @param {ts.SourceFile} source */
function memberComments(source) {
  /** @type {Map<string, string>} */
  const comments = new Map();
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isPropertySignature(node) && !comments.has(node.name.getText())) {
      const comment = commentOf(node);
      if (comment !== '') comments.set(node.name.getText(), comment);
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of source.statements) {
    if (ts.isTypeAliasDeclaration(statement) && /Options$/.test(statement.name.text))
      visit(statement);
  }
  return comments;
}

/** The schema that a learner reads its options by. @param {ts.SourceFile} source */
function learnerOptions(source) {
  const call = find(
    source,
    /** @returns {node is ts.CallExpression} */
    (node) =>
      ts.isCallExpression(node) &&
      node.expression.getText() === 'readOptions' &&
      node.arguments[1]?.getText() === 'options',
  );
  const [schema] = call?.arguments ?? [];
  if (schema === undefined) throw new SetupError(`Expected readOptions in ${source.fileName}`);
  const comments = [source, sourceOf(inRoot(LEARNERS, 'encoded-model.ts'))].map(memberComments);
  return new Map(
    [...optionsOf(schema, source)].map(([name, option]) => {
      const about = comments.map((known) => known.get(name)).find((one) => one !== undefined);
      return [name, { ...option, about: option.about || about || '' }];
    }),
  );
}

/** @param {string} name @param {Option} option */
function row(name, { need, about, fallback }) {
  const [, what = '', said] = /^(.*?)\s*(?:Default: (.*?))?\.?$/s.exec(about) ?? [];
  const isNeeded = need === 'required' || /\bNeeded\b/.test(what);
  const standard = said ?? (need === 'withDefault' ? `\`${fallback}\`` : isNeeded ? '' : 'none');
  const cells = [`\`${name}\``, what.replace(/\.$/, ''), standard];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** @param {string} page */
function tableOf(page) {
  const name = path.basename(page, '.md');
  const file = `${FILES.get(name) ?? name}.ts`;
  const found = fs
    .readdirSync(inRoot(LEARNERS), { recursive: true, encoding: 'utf8' })
    .find((one) => path.basename(one) === file);
  if (found === undefined) throw new SetupError(`Expected ${file} in ${LEARNERS} for ${page}`);
  const options = learnerOptions(sourceOf(inRoot(LEARNERS, found)));
  const rows = [...options].map(([key, option]) => row(key, option));
  return ['| Option | What it is | Default |', '| --- | --- | --- |', ...rows].join('\n');
}

runMain(async () => {
  const isCheck = process.argv.includes('--check');
  for (const file of filesBelow(PAGES, /\.md$/)) {
    const page = inRoot(file);
    const text = fs.readFileSync(page, 'utf8');
    const [start, end] = [text.indexOf(BEGIN), text.indexOf(END)];
    if (start < 0 || end < start) continue;
    const whole = `${text.slice(0, start)}${BEGIN}\n${tableOf(page)}\n${text.slice(end)}`;
    if (whole === text) continue;
    if (isCheck) {
      throw new SetupError(`${file} is out of date: run node scripts/generate-option-tables.js`);
    }
    fs.writeFileSync(page, whole);
  }
});
