const Module = require('node:module');

/** TypeScript files are stripped of their types as they are required, so that the sources at hand run. */
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

module.exports = { transpileOnRequire };
