/** @typedef {import('./check-package').Rules} Rules */

// npm's registry takes no more.
const MAX_LIBTORCH_MEGABYTES = 200;
const MAX_METATORCH_MEGABYTES = 10;

/**
 * The rules for a package with libtorch.
 *
 * @param {import('./stage-libtorch').Recipe} recipe
 * @returns {Rules}
 */
function libtorchRules(recipe) {
  return {
    files: [...Object.keys(recipe.libraries), 'build-version', 'LICENSE', 'NOTICE', 'README.md'],
    maxMegabytes: MAX_LIBTORCH_MEGABYTES,
    fields: ['os', 'cpu', 'libc', 'license', 'engines'],
  };
}

/**
 * The rules for metatorch itself.
 *
 * @param {readonly { name: string, version: string }[]} platformPackages
 * @param {readonly string[]} platforms with an addon, by Node's names
 * @returns {Rules}
 */
function metatorchRules(platformPackages, platforms) {
  const binaries = ['metatorch.node', 'libmetatorch.so'];
  return {
    files: [
      ...platforms.flatMap((platform) => binaries.map((name) => `prebuilds/${platform}/${name}`)),
      'dist/serve/playground/public/index.html',
      'data/intents/en.json',
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
    ],
    maxMegabytes: MAX_METATORCH_MEGABYTES,
    versions: Object.fromEntries(platformPackages.map(({ name, version }) => [name, version])),
    fields: ['license', 'engines', 'description', 'dependencies'],
  };
}

module.exports = { libtorchRules, metatorchRules };
