const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const inspector = require('node:inspector');
const { transformSync, version } = require('@swc/core');
const { inRoot } = require('./paths');

/** @typedef {import('@swc/core').Options} Options */

const LIB = inRoot('lib');

/** `jest.mock` before imports. @type {import('@swc/core').TransformConfig & { hidden: object }} */
const HOISTING = { hidden: { jest: true } };

// Inline, a map is twice as long as its code and read and parsed in every test file; only a debugger needs it there.
/** @type {Options['sourceMaps']} */
const sourceMaps = inspector.url() === undefined ? true : 'inline';

const own = createHash('sha256')
  .update(readFileSync(__filename))
  .update(`${version}${sourceMaps}`)
  .digest('hex');

/**
 * jest's transformer. jest evaluates every module anew for every test file, so a module here is evaluated when
 * something of it is first used, not when it is imported: a test pays for what it tests, not for whole layers.
 * That the modules evaluate in their own order too is for the tests that run `dist`.
 */
module.exports = {
  /** @param {string} code @param {string} filename */
  process(code, filename) {
    const typescript = filename.endsWith('.ts');
    return transformSync(typescript ? withoutEndings(code) : code, {
      filename,
      sourceMaps,
      swcrc: false,
      jsc: {
        parser: { syntax: typescript ? 'typescript' : 'ecmascript' },
        target: 'es2022',
        transform: HOISTING,
      },
      module: { type: 'commonjs', lazy: typescript ? laterImports(code, filename) : false },
    });
  },

  /** @param {string} code @param {string} filename @param {{ configString: string, instrument: boolean }} options */
  getCacheKey: (code, filename, { configString, instrument }) =>
    createHash('sha256')
      .update(own)
      .update(`\0${configString}\0${instrument}\0${filename}\0`)
      .update(code)
      .digest('hex'),
};

/** `import('./run.js')`, which Node.js wants to be told the ending of, where only run.ts is. @param {string} code */
const withoutEndings = (code) => code.replace(/\bimport\('(\.[^']+)\.js'\)/g, "import('$1')");

/** The modules whose evaluation can wait. @param {string} code @param {string} filename */
function laterImports(code, filename) {
  // A finalizer may run when its test file has ended, and then nothing can be required any more.
  if (code.includes('new FinalizationRegistry')) return [];
  const imported = specifiers(code, /^(?:import|export)\b[^;']* from '([^']+)'/gm);
  // What tests share may make tensors, which would come at another time than the test expects.
  if (!filename.startsWith(LIB)) return imported.filter((name) => /\/lib(\/|$)/.test(name));
  // swc makes nothing usable of a lazy `export * as`.
  const wholes = new Set(specifiers(code, /^export \*[^;']* from '([^']+)'/gm));
  return imported.filter((name) => !wholes.has(name));
}

/** @param {string} code @param {RegExp} pattern */
function specifiers(code, pattern) {
  return [...code.matchAll(pattern)].map(([, name = '']) => name);
}
