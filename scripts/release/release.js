#!/usr/bin/env node
const fs = require('node:fs');
const path = require('node:path');
const { prebuild } = require('../prebuild');
const { setup } = require('../setup');
const { optionOf } = require('../support/arguments');
const { compiledLibtorch } = require('../support/libtorch');
const { inRoot, ROOT } = require('../support/paths');
const { lastLines, run, runMain, SetupError } = require('../support/run');
const { stage } = require('../support/stages');
const { digestOf, filesBelow } = require('../support/stamps');
const { checkPackage } = require('./check-package');
const { npm, pack, rehearsePublication } = require('./npm');
const { dataRules, libtorchRules, metatorchRules } = require('./rules');
const { recipeOf, sha256Of, stageLibtorch } = require('./stage-libtorch');
const { stageMetatorch } = require('./stage-metatorch');

const PLATFORM = `${process.platform}-${process.arch}`;
/** What makes the files of a package with data that are not in the repository. @type {Readonly<Record<string, string>>} */
const DATA_SCRIPTS = { 'encoder-use-lite': 'scripts/encoder/pack.js' };

const DEFAULT_OUT = inRoot('build', 'release');

/** @typedef {import('./npm').Packed} Packed */

/** @param {string} folder */
function manifestOf(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

/** @param {string} name a folder for one step, emptied */
function workshop(name) {
  const folder = inRoot('build', 'packages', name);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  return folder;
}

/**
 * Makes the tarball with libtorch. It takes a minute or two to compress, so that an earlier one from
 * the same libtorch and the same files is kept.
 *
 * @param {string} source
 * @param {string} out
 */
async function packLibtorch(source, out) {
  const manifest = manifestOf(source);
  const digest = digestOf(filesBelow(path.relative(ROOT, source), /./), process.version);
  const shelf = inRoot('build', 'packed', digest);
  const list = path.join(shelf, 'packed.json');
  const isReady = fs.existsSync(list);
  if (!isReady) {
    const { root } = await compiledLibtorch().fetchLibtorch({ device: 'cpu' });
    const target = workshop('libtorch');
    await stageLibtorch({ source, libtorch: root, target });
    fs.rmSync(shelf, { recursive: true, force: true });
    const packed = await pack(target, shelf);
    fs.writeFileSync(list, JSON.stringify(packed));
    fs.rmSync(target, { recursive: true });
  }
  /** @type {Packed} */
  const packed = JSON.parse(fs.readFileSync(list, 'utf8'));
  checkPackage(manifest, packed, libtorchRules(recipeOf(source)));
  fs.copyFileSync(path.join(shelf, packed.filename), path.join(out, packed.filename));
  return { skipped: isReady, detail: inWords(packed), packed };
}

/** @param {Packed} packed */
function inWords({ filename, size, files }) {
  return `${filename}, ${(size / 1e6).toFixed(1)} MB, ${files.length} files`;
}

/**
 * Makes the tarball of a package with data, which its script completes first.
 *
 * @param {string} source
 * @param {string} out
 */
async function packData(source, out) {
  const script = DATA_SCRIPTS[path.basename(source)];
  if (script !== undefined) {
    const { status, output } = await run(process.execPath, [inRoot(script)]);
    if (status !== 0) throw new SetupError(`${script} failed:\n${lastLines(output)}`);
  }
  const packed = await pack(source, out);
  const manifest = manifestOf(source);
  checkPackage(manifest, packed, dataRules(manifest));
  return { skipped: false, detail: inWords(packed), packed };
}

/**
 * Makes metatorch's tarball.
 *
 * @param {readonly Packed[]} platformPackages
 * @param {readonly Packed[]} dataPackages
 * @param {string} out
 */
async function packMetatorch(platformPackages, dataPackages, out) {
  const binaries = workshop('binaries');
  await prebuild(binaries);
  const target = workshop('metatorch');
  const prebuilds = path.join(binaries, 'prebuilds');
  const places = { root: ROOT, dist: inRoot('dist'), prebuilds, target };
  stageMetatorch({ ...places, platformPackages, dataPackages });
  const packed = await pack(target, out);
  const rules = metatorchRules({ platformPackages, dataPackages, platforms: [PLATFORM] });
  checkPackage(manifestOf(target), packed, rules);
  return { skipped: false, detail: inWords(packed), packed };
}

/**
 * Writes the bill of materials: what the lock file names, and the packages that are made here.
 *
 * @param {readonly Packed[]} made
 * @param {string} out
 */
async function writeBill(made, out) {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=library', '--omit=dev'];
  const bill = JSON.parse(await npm([...args, '--package-lock-only']));
  for (const { name, version, filename } of made) {
    const content = await sha256Of(path.join(out, filename));
    bill.components.push({
      type: 'library',
      'bom-ref': `${name}@${version}`,
      name,
      version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      hashes: [{ alg: 'SHA-256', content }],
    });
  }
  const { version } = manifestOf(ROOT);
  fs.writeFileSync(
    path.join(out, `metatorch-${version}.cdx.json`),
    `${JSON.stringify(bill, null, 2)}\n`,
  );
  return { skipped: false, detail: `${bill.components.length} components` };
}

/** @param {string} out */
async function writeSums(out) {
  const names = fs
    .readdirSync(out)
    .filter((name) => /\.(tgz|json)$/.test(name))
    .sort();
  const lines = await Promise.all(
    names.map(async (name) => `${await sha256Of(path.join(out, name))}  ${name}`),
  );
  fs.writeFileSync(path.join(out, 'SHA256SUMS'), `${lines.join('\n')}\n`);
}

/** The folders of packages/, those with libtorch apart: a machine makes the one of its platform. */
function sources() {
  const names = fs.readdirSync(inRoot('packages')).sort();
  const platform = names.filter((name) => name === `libtorch-${PLATFORM}`);
  if (platform.length === 0) {
    throw new SetupError(
      `Expected packages/libtorch-${PLATFORM}: there is no release for this platform`,
    );
  }
  const data = names.filter((name) => !name.startsWith('libtorch-'));
  const inPackages = (/** @type {string} */ name) => inRoot('packages', name);
  return { platform: platform.map(inPackages), data: data.map(inPackages) };
}

/**
 * @param {readonly string[]} folders
 * @param {string} out
 * @param {(source: string, out: string) => Promise<import('../support/stages').Outcome & { packed: Packed }>} make
 */
async function packEach(folders, out, make) {
  /** @type {Packed[]} */
  const made = [];
  for (const source of folders) {
    const { packed } = await stage(path.basename(source), () => make(source, out));
    made.push(packed);
  }
  return made;
}

/**
 * Makes all that is published, from a clean clone, in one folder: the tarballs, their digests and a
 * bill of materials. Nothing is uploaded.
 *
 * @param {string} [out]
 * @returns {Promise<string[]>} the tarballs in the order in which they are to be published
 */
async function release(out = DEFAULT_OUT) {
  await setup();
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  const { platform, data } = sources();
  const platformPackages = await packEach(platform, out, packLibtorch);
  const dataPackages = await packEach(data, out, packData);
  const { packed } = await stage('metatorch', () =>
    packMetatorch(platformPackages, dataPackages, out),
  );
  const others = [...platformPackages, ...dataPackages];
  await stage('bill of materials', () => writeBill(others, out));
  await writeSums(out);
  const tarballs = [...others, packed].map(({ filename }) => path.join(out, filename));
  await stage('npm publish --dry-run', async () => {
    for (const tarball of tarballs) await rehearsePublication(tarball);
    return { skipped: false };
  });
  return tarballs;
}

if (require.main === module) {
  runMain(async () => {
    const tarballs = await release(optionOf('out'));
    console.log('\nTo publish, in this order:');
    for (const tarball of tarballs)
      console.log(`  npm publish --access public ${path.relative(ROOT, tarball)}`);
  });
}

module.exports = { DEFAULT_OUT, release };
