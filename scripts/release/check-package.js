const { SetupError } = require('../support/run');

const MEGABYTE = 1e6;

/** What users never need: sources, build files, maps to sources that are not there. */
const UNWANTED =
  /^(native|scripts|test|bench|lib\/[^/]+\.ts|node_modules)\/|\.map$|CMakeLists\.txt$|stamp|tsbuildinfo|(?<!\.d)\.ts$|\.(cc|h|log)$/;

/** npm 12 does not run them, and others need not. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

/**
 * What every package of the release is held to.
 *
 * @typedef {object} Rules
 * @property {readonly string[]} files that must be there, and not be empty
 * @property {number} maxMegabytes packed
 * @property {Record<string, string>} [versions] of packages that it depends on, each exactly
 * @property {readonly string[]} [fields] of the manifest that must be there
 */

/** @typedef {{ name?: string, version?: string, main?: string, types?: string, bin?: unknown, exports?: unknown, scripts?: Record<string, string>, dependencies?: Record<string, string>, optionalDependencies?: Record<string, string> }} Manifest */

/**
 * Refuses a package that is incomplete, or holds what it should not.
 *
 * @param {Manifest} manifest
 * @param {Pick<import('./npm').Packed, 'size' | 'files'>} packed
 * @param {Rules} rules
 * @throws SetupError that names all that is wrong
 */
function checkPackage(manifest, packed, rules) {
  const problems = [
    ...missingFiles([...entryPoints(manifest), ...rules.files], packed.files),
    ...packed.files.flatMap(({ path }) =>
      UNWANTED.test(path) ? [`${path} does not belong there`] : [],
    ),
    ...sizeProblem(packed.size, rules.maxMegabytes),
    ...manifestProblems(manifest, rules),
  ];
  if (problems.length === 0) return;
  const lines = problems.map((problem) => `  ${problem}`).join('\n');
  throw new SetupError(
    `The package ${manifest.name}@${manifest.version} must not be published:\n${lines}`,
  );
}

/** The files that a manifest sends users to. @param {Manifest} manifest @returns {string[]} */
function entryPoints(manifest) {
  const { main, types, bin, exports } = manifest;
  return [...new Set([main, types, bin, exports].flatMap(pathsIn))];
}

/** @param {unknown} value @returns {string[]} */
function pathsIn(value) {
  if (typeof value === 'string') return value.includes('*') ? [] : [value.replace(/^\.\//, '')];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

/** @param {readonly string[]} wanted @param {readonly { path: string, size: number }[]} files */
function missingFiles(wanted, files) {
  return wanted.flatMap((name) => {
    const file = files.find(({ path }) => path === name);
    if (file === undefined) return [`${name} is missing`];
    return file.size === 0 ? [`${name} is empty`] : [];
  });
}

/** @param {number} bytes @param {number} maxMegabytes */
function sizeProblem(bytes, maxMegabytes) {
  const size = bytes / MEGABYTE;
  if (size <= maxMegabytes) return [];
  return [`it is ${size.toFixed(1)} MB packed, more than ${maxMegabytes} MB`];
}

/** @param {Manifest} manifest @param {Rules} rules */
function manifestProblems(manifest, { versions = {}, fields = [] }) {
  const scripts = INSTALL_SCRIPTS.filter((name) => manifest.scripts?.[name] !== undefined);
  const wrong = Object.entries(versions).flatMap(([name, version]) => {
    const found = manifest.optionalDependencies?.[name] ?? manifest.dependencies?.[name];
    return found === version
      ? []
      : [`it wants ${name} ${found ?? 'not at all'}, and ${version} is there`];
  });
  const absent = fields.filter((field) => !Object.hasOwn(manifest, field));
  return [
    ...scripts.map((name) => `it has the script ${name}`),
    ...wrong,
    ...absent.map((field) => `its manifest has no ${field}`),
  ];
}

module.exports = { checkPackage, entryPoints };
