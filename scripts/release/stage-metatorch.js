const fs = require('node:fs');
const path = require('node:path');
const { entryPoints } = require('./check-package');
const { removeUnreachable } = require('./declarations');

/** What goes into the package as it is, beside the compiled code and the binaries. */
const COPIED = ['data', 'docs', 'CHANGELOG.md', 'LICENSE', 'README.md'];

// Of the compiled code, what only a checkout uses.
const LEFT_OUT = /\.map$|^\.metatorch-stamp$/;

/** @typedef {readonly { name: string, version: string }[]} Packages */

/** @typedef {Record<string, unknown> & { version: string, dependencies?: Record<string, string>, optionalDependencies?: Record<string, string> }} Manifest */

/**
 * Lays out the package metatorch.
 *
 * @param {object} places
 * @param {string} places.root of the repository
 * @param {string} places.dist the compiled code
 * @param {string} places.prebuilds a folder with one folder for each platform
 * @param {Packages} places.platformPackages those with libtorch
 * @param {Packages} places.dataPackages those with data
 * @param {string} places.target a new folder
 */
function stageMetatorch({ root, dist, prebuilds, platformPackages, dataPackages, target }) {
  fs.mkdirSync(target, { recursive: true });
  fs.cpSync(dist, path.join(target, 'dist'), {
    recursive: true,
    filter: (file) => !LEFT_OUT.test(path.basename(file)),
  });
  fs.cpSync(prebuilds, path.join(target, 'prebuilds'), { recursive: true });
  for (const name of COPIED) {
    fs.cpSync(path.join(root, name), path.join(target, name), { recursive: true });
  }
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const published = publishedManifest(manifest, { platformPackages, dataPackages });
  fs.writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  removeUnreachable(
    target,
    entryPoints(published).filter((name) => name.endsWith('.d.ts')),
  );
}

/**
 * The manifest without what only a checkout uses, and with the packages that bring libtorch and data.
 * The checkout's own does not name those: they are made from it, and it finds their content elsewhere.
 *
 * @param {Manifest} manifest
 * @param {{ platformPackages: Packages, dataPackages: Packages }} beside
 */
function publishedManifest(manifest, { platformPackages, dataPackages }) {
  const { scripts, devDependencies, files, binary, ...published } = manifest;
  return {
    ...published,
    dependencies: { ...manifest.dependencies, ...exactly(dataPackages) },
    optionalDependencies: { ...manifest.optionalDependencies, ...exactly(platformPackages) },
  };
}

/** @param {Packages} packages */
function exactly(packages) {
  return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
}

module.exports = { publishedManifest, stageMetatorch };
