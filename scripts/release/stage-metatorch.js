const fs = require('node:fs');
const path = require('node:path');

/** What goes into the package as it is, beside the compiled code and the binaries. */
const COPIED = ['data', 'docs', 'CHANGELOG.md', 'LICENSE', 'README.md'];

/** @typedef {Record<string, unknown> & { version: string, optionalDependencies?: Record<string, string> }} Manifest */

/**
 * Lays out the package metatorch.
 *
 * @param {object} places
 * @param {string} places.root of the repository
 * @param {string} places.dist the compiled code
 * @param {string} places.prebuilds a folder with one folder for each platform
 * @param {readonly { name: string, version: string }[]} places.platformPackages those with libtorch
 * @param {string} places.target a new folder
 */
function stageMetatorch({ root, dist, prebuilds, platformPackages, target }) {
  fs.mkdirSync(target, { recursive: true });
  fs.cpSync(dist, path.join(target, 'dist'), { recursive: true });
  fs.cpSync(prebuilds, path.join(target, 'prebuilds'), { recursive: true });
  for (const name of COPIED) {
    fs.cpSync(path.join(root, name), path.join(target, name), { recursive: true });
  }
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const published = publishedManifest(manifest, platformPackages);
  fs.writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
}

/**
 * The manifest without what only a checkout uses, and with the packages that bring libtorch. The
 * checkout's own does not name those: they are made from it, and it finds libtorch in other ways.
 *
 * @param {Manifest} manifest
 * @param {readonly { name: string, version: string }[]} platformPackages
 */
function publishedManifest(manifest, platformPackages) {
  const { scripts, devDependencies, files, binary, ...published } = manifest;
  const exact = platformPackages.map(({ name, version }) => [name, version]);
  const optionalDependencies = { ...manifest.optionalDependencies, ...Object.fromEntries(exact) };
  return { ...published, optionalDependencies };
}

module.exports = { publishedManifest, stageMetatorch };
