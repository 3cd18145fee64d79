// Writes lib/torch/generated from the schemas of the libtorch at hand: which operators there are, and
// their TypeScript types. With --check it only compares, and fails if the files are out of date.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const OUT = path.join(ROOT, 'lib/torch/generated');

/** @typedef {import('../lib/native').OverloadInfo} OverloadInfo */
/** @typedef {import('../lib/native').ParameterInfo} ParameterInfo */

// Members that files in lib/torch write by hand.
const HANDWRITTEN = new Set(
  [
    'to index index_put index_put_ item data backward is_leaf requires_grad requires_grad_',
    'retain_grad retains_grad output_nr set_data mT mH matrix_H numpy_T real imag full',
    'result_type promote_types can_cast',
  ]
    .join(' ')
    .split(' '),
);

// As isUsable in lib/torch/overload.ts.
const SHADOWING = new Set(['aten::stft.']);

/** @type {Record<string, string>} */
const TYPES = {
  Tensor: 'Tensor',
  'Tensor?': 'Tensor | null',
  'Tensor[]': 'readonly Tensor[]',
  'Tensor?[]': 'readonly (Tensor | null)[]',
  int: 'number',
  SymInt: 'number',
  float: 'number',
  bool: 'boolean',
  Scalar: 'Scalar',
  str: 'string',
  ScalarType: 'Dtype',
  Layout: 'Layout',
  MemoryFormat: 'MemoryFormat',
  Device: 'string',
  Generator: 'Generator',
  'int[]': 'readonly number[]',
  'SymInt[]': 'readonly number[]',
  'float[]': 'readonly number[]',
  'bool[]': 'readonly boolean[]',
  'Scalar[]': 'readonly Scalar[]',
};

/** @type {Record<string, string>} */
const RETURNS = {
  Tensor: 'Tensor',
  'Tensor[]': 'Tensor[]',
  int: 'number',
  SymInt: 'number',
  float: 'number',
  bool: 'boolean',
  SymBool: 'boolean',
  Scalar: 'Scalar',
};

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

/** @param {ParameterInfo} parameter */
function typeOf(parameter) {
  const bare = TYPES[parameter.type] ?? TYPES[parameter.type.replace(/\?$/, '')];
  if (bare === undefined) return undefined;
  const single = parameter.length > 0 ? TYPES[parameter.type.replace(/\[\]\??$/, '')] : undefined;
  return single === undefined ? bare : `${single} | ${bare}`;
}

/**
 * Of types that have a form in TypeScript, and changing nothing, or nothing but `self` in place.
 * Named dimensions are left out: libtorch itself has deprecated them.
 * @param {OverloadInfo} overload
 */
function isPublic(overload) {
  const inPlace = overload.name.endsWith('_');
  return (
    !/Dimname/.test(overload.schema) &&
    !SHADOWING.has(`${overload.name}.${overload.overload}`) &&
    !/^(names|dimname)/i.test(overload.overload) &&
    overload.parameters.every(
      (p, i) => !p.out && p.written === (inPlace && i === 0) && typeOf(p) !== undefined,
    ) &&
    overload.returns.every((result) => RETURNS[result.type] !== undefined)
  );
}

/** @param {ParameterInfo} parameter */
const isOptional = (parameter) => parameter.optional || parameter.type.endsWith('?');

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
  return [`options${required ? '' : '?'}: { ${fields.join('; ')} }`];
}

/** @param {OverloadInfo} overload */
function returnType(overload) {
  // A mask of booleans says which gradients to compute; the others are undefined tensors.
  const masked = overload.parameters.some((p) => p.type === 'bool[]' && p.name.endsWith('mask'));
  const types = overload.returns.map(({ type }) =>
    masked && type === 'Tensor' ? 'Tensor | null' : RETURNS[type],
  );
  if (types.length === 0) return 'void';
  if (overload.name.endsWith('_') && isMethod(overload)) return 'this';
  return types.length === 1 ? types[0] : `[${types.join(', ')}]`;
}

/**
 * The TypeScript signatures of one overload: all positional arguments by position, and, where some
 * may be left out, those by name.
 * @param {OverloadInfo} overload @param {number} skip
 */
function signatures(overload, skip) {
  const parameters = overload.parameters.slice(skip);
  const positional = parameters.filter((parameter) => !parameter.keywordOnly);
  const keywords = parameters.filter((parameter) => parameter.keywordOnly);
  const firstOptional = positional.findIndex(isOptional);
  const required = firstOptional === -1 ? positional : positional.slice(0, firstOptional);
  const rest = positional.slice(required.length);
  const name = `${camelCase(overload.name.slice('aten::'.length))}`;
  const doc = `  /** \`${overload.schema}\` */`;
  const byPosition = [
    ...required.map((parameter) => declare(parameter, false)),
    // A required argument behind an optional one cannot be left out in TypeScript.
    ...rest.map((p, i) => declare(p, [...rest.slice(i), ...keywords].every(isOptional))),
    ...declareOptions(keywords),
  ];
  const result = returnType(overload);
  const lines = [doc, `  ${name}(${byPosition.join(', ')}): ${result};`];
  if (!rest.every(isOptional)) return lines;
  // `x.sum(1, { keepdim: true })`: some of the optional arguments by position, the rest by name.
  for (let given = 0; given < Math.min(rest.length, MOST_BY_POSITION); given++) {
    const leading = [...required, ...rest.slice(0, given)].map((p) => declare(p, false));
    const byName = declareOptions([...rest.slice(given), ...keywords]);
    lines.push(`  ${name}(${[...leading, ...byName].join(', ')}): ${result};`);
  }
  return lines;
}

/** @param {OverloadInfo} overload */
const isMethod = (overload) =>
  overload.parameters[0]?.name === 'self' && overload.parameters[0].type === 'Tensor';

/** @param {string} version */
function header(version) {
  return `// Generated by scripts/generate-operators.js from the schemas of libtorch ${version}. Do not edit.`;
}

/**
 * @param {string} version @param {Map<string, OverloadInfo[]>} operators
 * @param {{type: string, list: string, doc: string, skip: number}} what
 */
function render(version, operators, what) {
  const body = [...operators.values()].flatMap((overloads) =>
    overloads.flatMap((overload) => signatures(overload, what.skip)),
  );
  const types = ['Dtype', 'Scalar'].filter((type) =>
    new RegExp(`\\b${type}\\b`).test(body.join('\n')),
  );
  const names = [...operators.keys()].map((name) => `  '${name}',`);
  return `${[
    header(version),
    `import type { ${types.join(', ')} } from '../dtype';`,
    "import type { Layout, MemoryFormat } from '../layout';",
    "import type { Generator } from '../random';",
    "import type { Tensor } from '../tensor';",
    '',
    `/** ${what.doc} */`,
    `export interface ${what.type} {`,
    ...body,
    '}',
    '',
    '/** Their names in libtorch. */',
    `export const ${what.list} = [`,
    ...names,
    '] as const;',
  ].join('\n')}\n`;
}

function generate() {
  const { loadNative } = require('../dist/native');
  const native = loadNative();
  /** @type {Map<string, OverloadInfo[]>} */
  const methods = new Map();
  /** @type {Map<string, OverloadInfo[]>} */
  const functions = new Map();
  for (const full of native.operatorNames('aten')) {
    const name = full.slice('aten::'.length);
    if (name.startsWith('_') || HANDWRITTEN.has(name)) continue;
    const overloads = native.overloads(full).filter(isPublic);
    overloads.sort((a, b) => a.parameters.length - b.parameters.length);
    const own = overloads.filter(isMethod);
    const free = overloads.filter((overload) => !isMethod(overload));
    if (own.length > 0) methods.set(name, own);
    if (free.length > 0) functions.set(name, free);
  }
  const version = native.buildVersion;
  return {
    'tensor-methods.ts': render(version, methods, {
      type: 'TensorMethods',
      list: 'METHODS',
      doc: 'The operators whose first argument is a tensor called `self`, as methods.',
      skip: 1,
    }),
    'functions.ts': render(version, functions, {
      type: 'TorchFunctions',
      list: 'FUNCTIONS',
      doc: 'The operators that are no methods.',
      skip: 0,
    }),
  };
}

function main() {
  const check = process.argv.includes('--check');
  const folder = check ? fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-generate-')) : OUT;
  const files = generate();
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  const paths = Object.keys(files).map((name) => path.join(folder, name));
  const biome = path.join(ROOT, 'node_modules/.bin/biome');
  execFileSync(
    biome,
    ['format', '--write', `--config-path=${ROOT}`, '--vcs-enabled=false', ...paths],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  if (!check) return;
  const stale = Object.keys(files).filter(
    (name) =>
      fs.readFileSync(path.join(folder, name), 'utf8') !==
      fs.readFileSync(path.join(OUT, name), 'utf8'),
  );
  fs.rmSync(folder, { recursive: true });
  if (stale.length > 0) {
    console.error(
      `Out of date: ${stale.join(', ')}. Run \`npm run generate\` and commit the result.`,
    );
    process.exitCode = 1;
  }
}

main();
