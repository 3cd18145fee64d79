// What stands for each public name of PyTorch, and the page that says so.
'use strict';

const { ELSEWHERE, NOT_HERE } = require('./pytorch-elsewhere');

/** @typedef {{ version: string, names: Record<string, string[]> }} Names */
/** @typedef {{ name: string, here: string, isSame: boolean }} Present */
/** @typedef {{ name: string, reason: string, applies: boolean }} Absent */
/** @typedef {{ module: string, present: Present[], absent: Absent[] }} Row */

/** Where the names of a module are looked for first; the others follow. */
const OWN = {
  torch: 'torch',
  'torch.Tensor': 'tensor',
  'torch.linalg': 'torch.linalg',
  'torch.fft': 'torch.fft',
  'torch.special': 'torch.special',
  'torch.nn.functional': 'nn.functional',
  'torch.autograd': 'torch.autograd',
  'torch.func': 'torch.func',
};

/** Modules of Python whose names may be in `torch` itself here. */
const ALSO_IN_TORCH = new Set(['torch.autograd', 'torch.func']);

/** @param {string} name */
const camelCase = (name) =>
  name.replace(/(?<=[a-zA-Z0-9])_+([a-zA-Z0-9])/g, (_, letter) => letter.toUpperCase());

/**
 * Whether a dotted path leads to something: `tensor` is the prototype of tensors.
 * @param {Record<string, object>} roots @param {string} path
 */
function exists(roots, path) {
  const [root = '', ...keys] = path.split('.');
  /** @type {unknown} */
  let value = roots[root];
  for (const [i, key] of keys.entries()) {
    if (Object(value) !== value || !(key in /** @type {object} */ (value))) return false;
    // A getter of tensors has no value without a tensor.
    const isGetter = Object.getOwnPropertyDescriptor(value, key)?.get !== undefined;
    if (isGetter && i === keys.length - 1) return true;
    value = /** @type {Record<string, unknown>} */ (value)[key];
  }
  return value !== undefined;
}

/**
 * The paths that a text promises: `torch.grad` of "`torch.grad(fn(x), x)`".
 * @param {string} text
 */
function promised(text) {
  return [...text.matchAll(/\b(?:torch|tensor|nn|optim)(?:\.\w+)+/g)].map(([path]) => path);
}

/**
 * @param {Record<string, object>} roots @param {string} module @param {string} name
 * @param {ReadonlySet<string>} dtypes
 * @returns {Present | undefined}
 */
function find(roots, module, name, dtypes) {
  const written = ELSEWHERE[module]?.[name];
  if (written !== undefined) return { name, here: written, isSame: false };
  if (module === 'torch' && dtypes.has(name)) return { name, here: `\`'${name}'\``, isSame: false };
  const own = OWN[/** @type {keyof typeof OWN} */ (module)];
  const places = [own, ...(ALSO_IN_TORCH.has(module) ? ['torch'] : [])];
  const place = places.find((one) => exists(roots, `${one}.${camelCase(name)}`));
  if (place === undefined) return undefined;
  return { name, here: `\`${place}.${camelCase(name)}\``, isSame: place === own };
}

/**
 * @param {Names} names @param {Record<string, object>} roots @param {ReadonlySet<string>} dtypes
 * @returns {Row[]}
 */
function table({ names }, roots, dtypes) {
  return Object.entries(names).map(([module, all]) => {
    /** @type {Row} */
    const row = { module, present: [], absent: [] };
    for (const name of all) {
      const present = find(roots, module, name, dtypes);
      if (present !== undefined) {
        row.present.push(present);
        continue;
      }
      const rule = NOT_HERE.find(({ pattern }) => pattern.test(`${module}.${name}`));
      const { reason = 'not yet', applies = rule === undefined } = rule ?? {};
      row.absent.push({ name, reason, applies });
    }
    return row;
  });
}

/** @param {Row} row */
function share({ present, absent }) {
  const applying = present.length + absent.filter(({ applies }) => applies).length;
  return { applying, present: present.length, share: present.length / applying };
}

/** @param {readonly string[]} names */
const list = (names) => names.map((name) => `\`${name}\``).join(', ');

/** @param {Row} row */
function section(row) {
  const same = row.present.filter(({ isSame }) => isSame);
  const other = row.present.filter(({ isSame }) => !isSame);
  const own = OWN[/** @type {keyof typeof OWN} */ (row.module)];
  const lines = [`## ${row.module}`, ''];
  if (same.length > 0) {
    const names = list(same.map(({ here }) => here.slice(own.length + 2, -1)));
    lines.push(`Under the same name in camelCase, as \`${own}.<name>\`: ${names}.`, '');
  }
  if (other.length > 0) {
    lines.push('| PyTorch | here |', '| --- | --- |');
    lines.push(...other.map(({ name, here }) => `| \`${name}\` | ${here} |`), '');
  }
  const reasons = grouped(row.absent);
  if (reasons.size > 0) {
    lines.push('Not here:', '');
    for (const [reason, absent] of reasons) {
      lines.push(`- ${reason}: ${list(absent.map(({ name }) => name))}.`);
    }
    lines.push('');
  }
  return lines;
}

/** @param {readonly Absent[]} absent */
function grouped(absent) {
  /** @type {Map<string, Absent[]>} */
  const groups = new Map();
  for (const one of absent) groups.set(one.reason, [...(groups.get(one.reason) ?? []), one]);
  return groups;
}

/** @param {string} version @param {readonly Row[]} rows */
function page(version, rows) {
  const counts = rows.map((row) => {
    const { applying, present, share: part } = share(row);
    const all = row.present.length + row.absent.length;
    return `| ${row.module} | ${all} | ${applying} | ${present} | ${Math.floor(part * 1000) / 10} % |`;
  });
  return `${[
    "# PyTorch's names, and what stands for each",
    '',
    `The public names of PyTorch ${version}, found by \`scripts/pytorch-names.py\`; this page is written by`,
    '`scripts/pytorch-names.js`. A name applies if it makes sense for tensors on CPU and CUDA in JavaScript. In',
    'examples `tensor` is a tensor; functions without `torch.` are exports of `metatorch/torch`.',
    '',
    '```js',
    "const { nn, torch } = require('metatorch');",
    'const x = torch.tensor([[1, 2], [3, 4]]); // torch.tensor([[1., 2.], [3., 4.]])',
    'torch.linalg.inv(x).matmul(x).allclose(torch.eye(2), 1e-4, 1e-5); // => true',
    'x.sum(1, { keepdim: true }).shape; // => [2, 1]',
    'const images = x.view(1, 1, 2, 2);',
    "nn.functional.interpolate(images, { scaleFactor: 2, mode: 'bilinear' }).shape; // => [1, 1, 4, 4]",
    'const { output, indices } = nn.functional.maxPool2d(images, 2, { returnIndices: true });',
    'indices.item(); // => 3',
    '```',
    '',
    '| module | names | apply | are here | share |',
    '| --- | --: | --: | --: | --: |',
    ...counts,
    '',
    ...rows.flatMap(section),
  ].join('\n')}`;
}

module.exports = { exists, page, promised, share, table };
