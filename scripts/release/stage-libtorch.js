const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { run, SetupError } = require('../support/run');

// Says what goes into the package, and does not go there itself.
const RECIPE = 'libtorch.json';

/** @typedef {{ version: string, libraries: Record<string, string> }} Recipe */

/**
 * Lays out the package with libtorch for one platform: the libraries that its recipe names, checked
 * against their digests and stripped, with the licences of all that is in them.
 *
 * @param {object} places
 * @param {string} places.source the package's folder in packages/
 * @param {string} places.libtorch the root of libtorch
 * @param {string} places.target a new folder
 * @throws SetupError if libtorch is not the one of the recipe
 */
async function stageLibtorch({ source, libtorch, target }) {
  const recipe = recipeOf(source);
  fs.cpSync(source, target, {
    recursive: true,
    filter: (file) => path.basename(file) !== RECIPE,
  });
  for (const [name, sha256] of Object.entries(recipe.libraries)) {
    await stageLibrary(path.join(libtorch, name), path.join(target, name), sha256);
  }
  fs.copyFileSync(path.join(libtorch, 'build-version'), path.join(target, 'build-version'));
  fs.copyFileSync(path.join(libtorch, 'LICENSE'), path.join(target, 'LICENSE'));
  const parts = path.join(libtorch, 'third_party');
  fs.cpSync(parts, path.join(target, 'licenses'), { recursive: true });
}

/** @param {string} folder of the package in packages/ @returns {Recipe} */
function recipeOf(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, RECIPE), 'utf8'));
}

/** @param {string} from @param {string} to @param {string} sha256 */
async function stageLibrary(from, to, sha256) {
  if (!fs.existsSync(from)) throw new SetupError(`Expected ${from}, which the package needs`);
  const found = await sha256Of(from);
  if (found !== sha256) {
    throw new SetupError(
      `The sha256 of ${from} is ${found}, expected ${sha256}: it is another build`,
    );
  }
  fs.mkdirSync(path.dirname(to), { recursive: true });
  const { status, output } = await run('strip', ['--strip-unneeded', '-o', to, from]);
  if (status !== 0) throw new SetupError(`strip cannot read ${from}: ${output.trim()}`);
}

/** @param {string} file */
async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(fs.createReadStream(file), hash);
  return hash.digest('hex');
}

module.exports = { recipeOf, sha256Of, stageLibtorch };
