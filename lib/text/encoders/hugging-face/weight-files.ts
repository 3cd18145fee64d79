import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { recordOf, required, someProperties, string } from '../../../check';
import { parseFileContent, readJsonFile, refuseFile } from '../../../files/checked-file';
import { openSafetensors, type SafetensorsFile, type Tensor } from '../../../torch';

const WEIGHTS_FILE = 'model.safetensors';
/** Beside weights to which Hugging Face's programs add those of an adapter. */
const ADAPTER_FILE = 'adapter_config.json';
const INDEX_FILE = 'model.safetensors.index.json';

const indexCheck = someProperties({ weight_map: required(recordOf(string)) });

const FLOATS: readonly string[] = ['float32', 'float16', 'bfloat16', 'float64'];

/** Old files call the weight and bias of a normalisation so. */
const OLD_NAMES: readonly (readonly [RegExp, string])[] = [
  [/\.gamma$/, '.weight'],
  [/\.beta$/, '.bias'],
];

/**
 * The paths of a folder's weights: one file, or an index and the files that it names.
 *
 * @throws TorchError `ERR_TORCH_FILE` if there are none, or the index names files of other folders
 */
export function weightPaths(folder: string): string[] {
  const adapter = join(folder, ADAPTER_FILE);
  if (existsSync(adapter)) {
    throw refuseFile(adapter, 'weights that are whole, without an adapter to add', 'one');
  }
  const one = join(folder, WEIGHTS_FILE);
  const index = join(folder, INDEX_FILE);
  if (existsSync(one) || !existsSync(index)) return [one];
  const expected = 'an index of safetensors files';
  const json = readJsonFile(index, expected);
  const { weight_map } = parseFileContent(index, indexCheck, json, expected);
  const files = [...new Set(Object.values(weight_map))].sort();
  const foreign = files.find((file) => basename(file) !== file);
  if (foreign !== undefined) {
    throw refuseFile(index, 'names of files beside it', JSON.stringify(foreign));
  }
  return [index, ...files.map((file) => join(folder, file))];
}

/** The weights of a model in one or several safetensors files, each read once, as float32. */
export class WeightFiles {
  readonly #files: SafetensorsFile[] = [];
  /** By name, the file and the name in it. */
  readonly #entries = new Map<string, { file: SafetensorsFile; written: string }>();
  readonly #taken = new Set<string>();

  constructor(paths: readonly string[]) {
    try {
      for (const path of paths) {
        if (path.endsWith('.json')) continue;
        const file = openSafetensors(path);
        this.#files.push(file);
        for (const written of file.keys()) {
          const name = OLD_NAMES.reduce((text, [old, now]) => text.replace(old, now), written);
          this.#entries.set(name, { file, written });
        }
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** @throws TorchError `ERR_TORCH_FILE` if there is no such tensor, or it has another shape or dtype */
  tensor(name: string, shape: readonly number[]): Tensor {
    const entry = this.#entries.get(name);
    const expected = `the tensor ${JSON.stringify(name)} of shape [${shape.join(', ')}]`;
    if (entry === undefined) throw refuseFile(this.#path, expected, 'no such tensor');
    const { file, written } = entry;
    const found = file.shape(written);
    if (found.join() !== shape.join()) {
      throw refuseFile(file.path, expected, `[${found.join(', ')}]`);
    }
    const dtype = file.dtype(written);
    if (!FLOATS.includes(dtype)) {
      throw refuseFile(file.path, `${expected} of ${FLOATS.join(' or ')}`, dtype);
    }
    this.#taken.add(name);
    return file.tensor(written).to('float32');
  }

  /** @throws TorchError `ERR_TORCH_FILE` for a tensor that was not taken, unless it may be left out */
  refuseOthers(mayBeLeftOut: (name: string) => boolean): void {
    for (const [name, { file }] of this.#entries) {
      if (this.#taken.has(name) || mayBeLeftOut(name)) continue;
      const expected = 'no tensors beside those of the model that the config describes';
      throw refuseFile(file.path, expected, JSON.stringify(name));
    }
  }

  close(): void {
    for (const file of this.#files) file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The file, or for several the folder. */
  get #path(): string {
    const path = this.#files[0]?.path ?? '';
    return this.#files.length > 1 ? dirname(path) : path;
  }
}
