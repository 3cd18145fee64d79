/** @typedef {import('./check-package').Rules} Rules */

// npm's registry takes no more.
const MAX_LIBTORCH_MEGABYTES = 200;
const MAX_DATA_MEGABYTES = 50;
const MAX_METATORCH_MEGABYTES = 10;

/** Of every manifest: npm takes a provenance only for a package that names the repository it is built from. */
const FIELDS = ['license', 'description', 'repository', 'homepage', 'bugs'];

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
    fields: ['os', 'cpu', 'libc', 'engines', ...FIELDS],
  };
}

/**
 * The rules for a package with data: all that its manifest names is there.
 *
 * @param {{ files?: string[] }} manifest
 * @returns {Rules}
 */
function dataRules({ files = [] }) {
  return {
    files: [...files, 'LICENSE', 'README.md'],
    maxMegabytes: MAX_DATA_MEGABYTES,
    fields: ['files', ...FIELDS],
  };
}

/** @typedef {readonly { name: string, version: string }[]} Packages */

/**
 * The rules for metatorch itself.
 *
 * @param {object} beside
 * @param {Packages} beside.platformPackages
 * @param {Packages} beside.dataPackages
 * @param {readonly string[]} beside.platforms with an addon, by Node's names
 * @returns {Rules}
 */
function metatorchRules({ platformPackages, dataPackages, platforms }) {
  const binaries = ['metatorch.node', 'libmetatorch.so', 'libmetatorch_distributed.so'];
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
    versions: Object.fromEntries(
      [...platformPackages, ...dataPackages].map(({ name, version }) => [name, version]),
    ),
    fields: ['engines', 'dependencies', ...FIELDS],
  };
}

module.exports = { dataRules, libtorchRules, metatorchRules };
