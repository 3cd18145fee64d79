// The TypeScript signatures of operators, from what libtorch's schemas say of them.
'use strict';

const { variadicOf } = require('../../dist/torch/operators/variadic');
const { isOptional, RETURNS, selfOf, typeOf, TYPES } = require('./operator-types');

/** @typedef {import('../../lib/native').OverloadInfo} OverloadInfo */
/** @typedef {import('../../lib/native').ParameterInfo} ParameterInfo */

const RESERVED = new Set([
  'in',
  'default',
  'function',
  'var',
  'new',
  'delete',
  'with',
  'this',
  'else',
]);

// Optional arguments that a signature with options takes by position, at most.
const MOST_BY_POSITION = 3;

/** @param {string} name */
const camelCase = (name) =>
  name.replace(/(?<=[a-zA-Z0-9])_+([a-zA-Z0-9])/g, (_, letter) => letter.toUpperCase());

/** @param {ParameterInfo} parameter @param {boolean} optional */
function declare(parameter, optional) {
  const name = camelCase(parameter.name);
  const type = typeOf(parameter);
  const nullable = !optional && parameter.type.endsWith('?') && parameter.type !== 'Tensor?';
  return `${RESERVED.has(name) ? `${name}_` : name}${optional ? '?' : ''}: ${type}${nullable ? ' | null' : ''}`;
}

/** @param {ParameterInfo[]} parameters */
function declareOptions(parameters) {
  if (parameters.length === 0) return [];
  const required = parameters.some((parameter) => !isOptional(parameter));
  const fields = parameters.map((p) => declare(p, isOptional(p)));
  // As in lib/torch/operators/dispatch.ts: what makes a tensor takes this too.
  if (parameters.some(({ name }) => name === 'pin_memory')) fields.push('requiresGrad?: boolean');
  return [`options${required ? '' : '?'}: { ${fields.join('; ')} }`];
}

/** @param {OverloadInfo} overload */
const isNamed = ({ returns }) => returns.length > 1 && returns.every(({ name }) => name !== '');

/**
 * The name of the type of an overload's results, where libtorch names them: `ValuesIndices`.
 * @param {OverloadInfo} overload
 */
function resultsName({ returns }) {
  const lists = returns.some(({ type }) => type !== 'Tensor') ? 'Lists' : '';
  const words = returns.map(({ name }) => camelCase(name));
  return `${words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')}${lists}`;
}

/**
 * That type: a tuple whose elements have names as well.
 * @param {OverloadInfo} overload
 */
function resultsType(overload) {
  const fields = overload.returns.map(({ name, type }) => `${camelCase(name)}: ${RETURNS[type]}`);
  const named = fields.map((field) => `readonly ${field}`).join('; ');
  return `export type ${resultsName(overload)} = [${fields.join(', ')}] & { ${named} };`;
}

/** @param {OverloadInfo} overload @param {boolean} asMethod */
function returnType(overload, asMethod) {
  const types = overload.returns.map(({ type }) => RETURNS[type]);
  if (types.length === 0) return 'void';
  if (overload.name.endsWith('_') && asMethod) return 'this';
  if (isNamed(overload)) return resultsName(overload);
  return types.length === 1 ? types[0] : `[${types.join(', ')}]`;
}

/**
 * A default as JavaScript writes it; undefined for those that say nothing.
 * @param {ParameterInfo} parameter
 */
function defaultOf({ type, default: value }) {
  if (value === undefined || value === 'None') return undefined;
  if (value === 'True' || value === 'False') return value.toLowerCase();
  if (type === 'str') return /^[\w ]+$/.test(value) ? `'${value}'` : undefined;
  return /^(?:int|SymInt|float|Scalar)$/.test(type) ? String(Number(value)) : undefined;
}

/**
 * The arguments of a call: what has no default by its name, and one option with its default.
 * @param {ParameterInfo[]} parameters
 */
function exampleOf(parameters) {
  const required = parameters.filter((p) => !isOptional(p));
  const positional = required
    .filter((p) => !p.keywordOnly)
    .map(({ name }) => (name === 'self' ? 'x' : camelCase(name)));
  const options = parameters.flatMap((parameter) => {
    const name = camelCase(parameter.name);
    if (!isOptional(parameter)) return parameter.keywordOnly ? [name] : [];
    const value = defaultOf(parameter);
    return value === undefined ? [] : [`${name}: ${value}`];
  });
  const last = options.length === 0 ? [] : [`{ ${options.join(', ')} }`];
  return [...positional, ...last].join(', ');
}

/**
 * A list whose elements are given one by one, alone and before options.
 * @param {ParameterInfo} list @param {ParameterInfo[]} keywords
 */
function oneByOne(list, keywords) {
  const name = camelCase(list.name);
  const elements = `${TYPES[list.type.slice(0, -2)]}[]`;
  const [options] = declareOptions(keywords);
  const alone = `...${name}: ${elements}`;
  if (options === undefined) return [alone];
  return [alone, `...${name}: [...${elements}, ${options.replace('?:', ':')}]`];
}

/**
 * The TypeScript signatures of one overload: all positional arguments by position, and, where some
 * may be left out, those by name. A method's tensor is not among them.
 * @param {OverloadInfo} overload @param {string} name @param {boolean} asMethod
 * @param {string} [door] what the name is a member of, for an example
 */
function signatures(overload, name, asMethod, door) {
  const self = asMethod ? selfOf(overload) : -1;
  const parameters = overload.parameters.filter((_, i) => i !== self);
  const positional = parameters.filter((parameter) => !parameter.keywordOnly);
  const keywords = parameters.filter((parameter) => parameter.keywordOnly);
  const firstOptional = positional.findIndex(isOptional);
  const required = firstOptional === -1 ? positional : positional.slice(0, firstOptional);
  const rest = positional.slice(required.length);
  const example = door === undefined ? '' : `, as in \`${door}.${name}(${exampleOf(parameters)})\``;
  const doc = `  /** \`${overload.schema}\`${example} */`;
  const byPosition = [
    ...required.map((parameter) => declare(parameter, false)),
    // A required argument behind an optional one cannot be left out in TypeScript.
    ...rest.map((p, i) => declare(p, [...rest.slice(i), ...keywords].every(isOptional))),
    ...declareOptions(keywords),
  ];
  const result = returnType(overload, asMethod);
  const lines = [doc, `  ${name}(${byPosition.join(', ')}): ${result};`];
  const list = variadicOf(overload);
  if (list !== undefined) {
    const leading = required.slice(0, -1).map((parameter) => declare(parameter, false));
    for (const elements of oneByOne(list, keywords)) {
      lines.push(`  ${name}(${[...leading, elements].join(', ')}): ${result};`);
    }
  }
  if (!rest.every(isOptional)) return lines;
  // `x.sum(1, { keepdim: true })`: some of the optional arguments by position, the rest by name.
  for (let given = 0; given < Math.min(rest.length, MOST_BY_POSITION); given++) {
    const leading = [...required, ...rest.slice(0, given)].map((p) => declare(p, false));
    const byName = declareOptions([...rest.slice(given), ...keywords]);
    lines.push(`  ${name}(${[...leading, ...byName].join(', ')}): ${result};`);
  }
  return lines;
}

module.exports = {
  isNamed,
  resultsName,
  resultsType,
  signatures,
};
