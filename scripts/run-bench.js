#!/usr/bin/env node
const fs = require('node:fs');
const Module = require('node:module');
const { inRoot } = require('./support/paths');
const { runMain, SetupError } = require('./support/run');
const { filesBelow } = require('./support/stamps');

/**
 * Runs bench/<name>.ts from its source: TypeScript files are stripped of their types as they are
 * required, so that a benchmark always measures the sources at hand.
 */
function transpileOnRequire() {
  const { transformFileSync } = require('@swc/core');
  const extensions = Reflect.get(Module, '_extensions');
  /** @param {{ _compile(code: string, file: string): void }} module @param {string} file */
  extensions['.ts'] = (module, file) => {
    const { code } = transformFileSync(file, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
    });
    module._compile(code, file);
  };
}

runMain(async () => {
  const name = process.argv[2] ?? '';
  const file = inRoot('bench', `${name}.ts`);
  if (!fs.existsSync(file)) {
    const files = filesBelow('bench', /\.ts$/).map((found) => found.slice('bench/'.length, -3));
    const names = files.filter((found) => !found.includes('/'));
    throw new SetupError(`Expected one of ${names.join(', ')} for the benchmark's name`);
  }
  process.argv.splice(1, 2, file);
  transpileOnRequire();
  require(file);
});
