import { invalidArgument } from '../../errors';
import { isOptions } from '../check-options';
import { isPlainObject } from '../plain-object';
import { scope } from '../scope';
import { isTensor, type Tensor } from '../tensor';
import { replaceFile } from './replace-file';
import { type OpenOptions, SafetensorsFile } from './safetensors-file';
import { METADATA_KEY } from './safetensors-header';
import { type Layout, planLayout } from './safetensors-layout';
import { tensorChunks } from './tensor-bytes';

/** What a safetensors file holds. */
export type SafetensorsContents = {
  tensors: Record<string, Tensor>;
  metadata: Record<string, string>;
};

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Opens a safetensors file and checks its header; tensors are read when they are asked for.
 *
 *     using file = openSafetensors('model.safetensors');
 *     const weight = file.tensor('encoder.weight');
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file cannot be read or breaks a rule of the format.
 *   Pickle files (`.pt`) are refused: to load one is to execute code.
 */
export function openSafetensors(path: string, options: OpenOptions = {}): SafetensorsFile {
  if (typeof path !== 'string') throw invalidArgument('a string', 'path', path, 'openSafetensors');
  checkOpenOptions(options);
  return new SafetensorsFile(path, options);
}

function checkOpenOptions(options: OpenOptions): void {
  if (!isOptions(options)) {
    throw invalidArgument(
      'a plain object',
      'the options of openSafetensors',
      options,
      'openSafetensors',
    );
  }
  const unknown = Object.keys(options).find((key) => key !== 'mmap');
  if (unknown !== undefined) throw invalidArgument('mmap', 'an option', unknown, 'openSafetensors');
  const { mmap = false } = options;
  if (typeof mmap !== 'boolean') {
    throw invalidArgument('a boolean', 'mmap', mmap, 'openSafetensors');
  }
}

/**
 * Reads a whole safetensors file. The tensors are on the CPU and do not require gradients.
 *
 * @throws TorchError `ERR_TORCH_FILE`, as `openSafetensors`; `ERR_TORCH_DTYPE` if a tensor has a dtype
 *   that tensors here cannot have: open the file, and read the others one by one
 */
export function readSafetensors(path: string, options: OpenOptions = {}): SafetensorsContents {
  const file = openSafetensors(path, options);
  try {
    const tensors = scope(() =>
      Object.fromEntries(file.keys().map((name) => [name, file.tensor(name)])),
    );
    return { tensors, metadata: { ...file.metadata } };
  } finally {
    file.close();
  }
}

/**
 * The bytes of a safetensors file with the tensors, from any device, and notes. The same input gives
 * the same bytes. Tensors that share memory are written each for itself.
 *
 * @throws ArgumentTypeError if the arguments are not tensors and strings by name
 * @throws TorchError `ERR_TORCH_DTYPE` for complex128, which the format lacks
 */
export function serializeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const layout = plan(tensors, metadata);
  const bytes = Buffer.allocUnsafeSlow(layout.head.length + layout.dataLength);
  let at = 0;
  for (const chunk of contents(layout, tensors)) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * Writes a safetensors file, as `serializeSafetensors` and piece by piece. The file appears whole or
 * not at all: it is written under a temporary name in the same folder, synced, and renamed. Symbolic
 * links are followed, and the permissions of a file that is replaced are kept.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it cannot be written
 * @throws ArgumentTypeError and TorchError as `serializeSafetensors`
 */
export function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  if (typeof path !== 'string') throw invalidArgument('a string', 'path', path, 'writeSafetensors');
  replaceFile(path, safetensorsChunks(tensors, metadata));
}

/** The bytes of a safetensors file, in pieces that are made one at a time. */
export function safetensorsChunks(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Iterable<Uint8Array> {
  return contents(plan(tensors, metadata), tensors);
}

function plan(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): Layout {
  if (!isPlainObject(tensors)) throw invalidArgument('tensors by name', 'tensors', tensors);
  if (!isPlainObject(metadata)) throw invalidArgument('strings by name', 'metadata', metadata);
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') throw invalidArgument('a string', `metadata '${key}'`, value);
    checkText(key, 'a key of metadata');
    checkText(value, `metadata '${key}'`);
  }
  const planned = Object.entries(tensors).map(([name, tensor]) => {
    if (!isTensor(tensor)) throw invalidArgument('a tensor', `tensor '${name}'`, tensor);
    checkText(name, 'the name of a tensor');
    if (name === METADATA_KEY) throw invalidArgument(`not ${name}`, 'the name of a tensor', name);
    if (tensor.layout !== 'strided') {
      throw invalidArgument('a dense tensor', `tensor '${name}'`, tensor.layout);
    }
    return { name, dtype: tensor.dtype, shape: tensor.shape };
  });
  return planLayout(planned, metadata);
}

// UTF-8 has no unpaired surrogates: they would be replaced, and two names could become one.
function checkText(text: string, name: string): void {
  if (LONE_SURROGATE.test(text)) throw invalidArgument('well-formed Unicode', name, text);
}

function* contents(
  { head, names }: Layout,
  tensors: Readonly<Record<string, Tensor>>,
): Generator<Uint8Array> {
  yield head;
  for (const name of names) {
    const tensor = tensors[name];
    if (tensor !== undefined) yield* tensorChunks(tensor);
  }
}
