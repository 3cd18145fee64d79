const { createHash, randomUUID } = require('node:crypto');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { inRoot } = require('./paths');
const { readText } = require('./stamps');

const KEPT = inRoot('build', 'transpiled');

// What the result depends on beside the file itself.
const own = [require.resolve('typescript/package.json'), __filename].map(readText).join();

/**
 * TypeScript files are stripped of their types as they are required, so that the sources at hand run. It is done by
 * the compiler that makes the package: what swc makes looks every import up by a getter, and benchmarks of it were 6 to
 * 9 % slower than what users run.
 */
function transpileOnRequire() {
  const extensions = Reflect.get(Module, '_extensions');
  /** @param {{ _compile(code: string, file: string): void }} module @param {string} file */
  extensions['.ts'] = (module, file) => module._compile(transpiled(file), file);
}

/** What a file becomes, kept by its content: the compiler takes two seconds for all of them. @param {string} file */
function transpiled(file) {
  const code = fs.readFileSync(file, 'utf8');
  const kept = path.join(
    KEPT,
    `${createHash('sha256').update(`${own}\0${file}\0${code}`).digest('hex')}.js`,
  );
  const known = readText(kept);
  if (known !== undefined) return known;
  const made = compiled(code, file);
  fs.mkdirSync(KEPT, { recursive: true });
  // Other programs may be reading it.
  const whole = `${kept}.${randomUUID()}`;
  fs.writeFileSync(whole, made);
  fs.renameSync(whole, kept);
  return made;
}

/** @param {string} code @param {string} fileName */
function compiled(code, fileName) {
  // Loaded only where something has changed.
  const { ModuleKind, ScriptTarget, transpileModule } = require('typescript');
  const compilerOptions = {
    target: ScriptTarget.ES2022,
    module: ModuleKind.CommonJS,
    esModuleInterop: true,
    inlineSourceMap: true,
  };
  return transpileModule(code, { compilerOptions, fileName }).outputText;
}

module.exports = { transpileOnRequire };
