import { ArgumentTypeError, invalidArgument } from '../../errors';
import { isOptions } from '../check-options';
import { isPlainObject } from '../plain-object';
import { scope } from '../scope';
import { isTensor, type Tensor } from '../tensor';
import { npyFile } from './npy';
import { NpzFile } from './npz-file';
import { replaceFile } from './replace-file';
import { type ZipInput, zipChunks } from './zip-writer';

/** Options of `writeNpz`. */
export type NpzOptions = {
  /** Deflate the arrays, as `numpy.savez_compressed` does. Default: false. */
  compress?: boolean;
};

// Python takes what follows a zero character off a name; UTF-8 has no unpaired surrogates.
const UNSTORABLE = /\0|\p{Surrogate}/u;

/**
 * Opens an archive of arrays (`.npz`) and checks its directory; arrays are read when they are asked
 * for, and those that tensors cannot hold are in nobody's way until then.
 *
 *     using file = openNpz('embeddings.npz');
 *     const vectors = file.tensor('vectors');
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file cannot be read, is damaged, or holds anything but
 *   arrays. Pickle files (`.pt`) are refused: to load one is to execute code.
 */
export function openNpz(path: string): NpzFile {
  if (typeof path !== 'string') throw invalidArgument('a string', 'path', path, 'openNpz');
  return new NpzFile(path);
}

/**
 * Reads all arrays that `numpy.savez` or `numpy.savez_compressed` has written, by their names. The
 * tensors are on the CPU and do not require gradients.
 *
 * @throws TorchError `ERR_TORCH_FILE`, as `openNpz` and `readNpy`
 */
export function readNpz(path: string): Record<string, Tensor> {
  const file = openNpz(path);
  try {
    return scope(() => Object.fromEntries(file.keys().map((name) => [name, file.tensor(name)])));
  } finally {
    file.close();
  }
}

/**
 * Writes tensors, from any device, as an archive that `numpy.load` reads. The file appears whole or
 * not at all: it is written under a temporary name in the same folder, synced, and renamed. Symbolic
 * links are followed, and the permissions of a file that is replaced are kept. The same tensors give
 * the same bytes.
 *
 * @throws ArgumentTypeError if the arguments are not dense tensors by name
 * @throws ArgumentRangeError from 4 GiB on, which this form of archive cannot hold
 * @throws TorchError `ERR_TORCH_DTYPE` for bfloat16, which numpy lacks; `ERR_TORCH_FILE` if the file
 *   cannot be written
 */
export function writeNpz(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  options: NpzOptions = {},
): void {
  if (typeof path !== 'string') throw invalidArgument('a string', 'path', path, 'writeNpz');
  if (!isPlainObject(tensors)) throw invalidArgument('tensors by name', 'tensors', tensors);
  const compress = checkOptions(options);
  const inputs = Object.entries(tensors).map(([name, tensor]): ZipInput => {
    if (UNSTORABLE.test(name)) {
      throw invalidArgument('Unicode without zeros', 'the name of a tensor', name);
    }
    if (!isTensor(tensor)) throw invalidArgument('a tensor', `tensor '${name}'`, tensor);
    return { name: `${name}.npy`, ...npyFile(tensor, `tensor '${name}'`) };
  });
  replaceFile(path, zipChunks(inputs, compress));
}

function checkOptions(options: NpzOptions): boolean {
  if (!isOptions(options)) {
    throw invalidArgument('a plain object', 'the options of writeNpz', options, 'writeNpz');
  }
  const unknown = Object.keys(options).find((key) => key !== 'compress');
  if (unknown !== undefined) {
    throw new ArgumentTypeError(
      `writeNpz: Unknown option ${unknown}; expected compress`,
      'writeNpz',
    );
  }
  const { compress = false } = options;
  if (typeof compress === 'boolean') return compress;
  throw invalidArgument('a boolean', 'compress', compress, 'writeNpz');
}
