import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  abortSignal,
  callable,
  flag,
  type OptionsOf,
  objectOf,
  optional,
  positiveInteger,
  readOptions,
  string,
} from '../../check';
import { outOfRange, TorchError } from '../../errors';
import type { BertParams } from '../../nn';
import type { Tree } from '../../torch';
import { DEFAULT_ENCODER } from './default-encoder';
import { type DownloadProgress, downloadEncoder } from './hub/download-encoder';
import { type HuggingFaceSpec, loadHuggingFace, openHuggingFace } from './hugging-face';
import { type Precision, precisionOf } from './precision';
import { SentenceEncoder } from './sentence-encoder';
import type { EncoderSpec, TokenModel } from './token-model';
import { openUseLite, type UseLiteParams, useLite } from './use-lite/use-lite';
import { openWordVectors, WORD_VECTORS_FILE } from './word-vectors/saved-word-vectors';
import { type WordVectorParams, wordVectorModel } from './word-vectors/word-vector-model';

const LOCAL = {
  /** Tokens of a text beyond this many are left out. Default: what the encoder was made for. */
  maxLength: optional(positiveInteger),
  /** The precision of the weights of linear layers, for encoders that have some. Default: `float32`. */
  precision: optional<Precision>(precisionOf),
};

const REMOTE = {
  ...LOCAL,
  /** A branch, tag or commit of an encoder that is downloaded. Default: `main`. */
  revision: optional(string),
  /** Do not ask the network: an encoder that is not in the cache is refused. */
  offline: optional(flag),
  /** Ends a download; what has arrived is kept. */
  signal: optional<AbortSignal>(abortSignal),
  onProgress: optional<(progress: DownloadProgress) => void>(callable),
};

export type LocalEncoderOptions = OptionsOf<typeof LOCAL>;
export type LoadEncoderOptions = OptionsOf<typeof REMOTE>;
/** Which files of a hub are meant, and whether it is asked. */
export type RemoteOptions = Pick<LoadEncoderOptions, 'revision' | 'offline'>;

/** A name on a hub: `owner/model`; `./model` is a folder. */
const HUB_NAME = /^(?!\.)[\w.-]+\/[\w.-]+$/;

/**
 * Loads a pre-trained encoder of sentences, to be disposed of by the caller. One that is not on this
 * machine is downloaded into the cache; see `downloadEncoder`.
 *
 *     using encoder = await loadEncoder('sentence-transformers/all-MiniLM-L6-v2');
 *
 * @param source `'use-lite'`, which comes with the package; a folder in the layout of Hugging Face or of
 *   `saveWordVectors`; or a name on the Hugging Face Hub
 * @throws TorchError `ERR_TORCH_FILE` if a file is missing or damaged, `ERR_TORCH_DOWNLOAD` if there is no
 *   such encoder; ArgumentTypeError or ArgumentRangeError for a wrong argument
 */
export async function loadEncoder(
  source: string = DEFAULT_ENCODER,
  options: LoadEncoderOptions = {},
): Promise<SentenceEncoder> {
  string(source, 'source', 'loadEncoder');
  const { maxLength, precision, ...remote } = readOptions(REMOTE, options, 'loadEncoder');
  const local = { maxLength, precision };
  if (!isOnHub(source)) return loadEncoderSync(source, local);
  return load(await downloadEncoder(source, remote), local, source);
}

/**
 * As `loadEncoder`, before it returns, for encoders on this machine.
 *
 * @throws as `loadEncoder`; ArgumentRangeError for a name on a hub
 */
export function loadEncoderSync(
  source: string = DEFAULT_ENCODER,
  options: LocalEncoderOptions = {},
): SentenceEncoder {
  string(source, 'source', 'loadEncoderSync');
  const local = readOptions(LOCAL, options, 'loadEncoderSync');
  if (!isOnHub(source)) return load(source, local);
  const expected = "'use-lite' or a folder; loadEncoder downloads by name";
  throw outOfRange(expected, 'source of loadEncoderSync', source, 'loadEncoderSync');
}

function load(source: string, local: LocalEncoderOptions, name?: string): SentenceEncoder {
  const { maxLength, precision } = local;
  const folder = isThere(source);
  if (folder && !isThere(join(source, WORD_VECTORS_FILE))) {
    return new SentenceEncoder(loadHuggingFace(source, local), name);
  }
  if (source === DEFAULT_ENCODER && !folder) {
    return new SentenceEncoder(useLite({ maxLength, precision }), name);
  }
  if (precision !== undefined && precision !== 'float32') {
    const expected = "'float32' for an encoder without linear layers";
    throw outOfRange(expected, 'precision of loadEncoder', precision, 'loadEncoder');
  }
  if (folder) {
    const model = openWordVectors(source);
    const { spec, params } = model;
    const own = maxLength === undefined ? model : wordVectorModel({ ...spec, maxLength }, params);
    return new SentenceEncoder(own, name);
  }
  throw new TorchError(
    'ERR_TORCH_FILE',
    `Cannot load the encoder ${source}: expected '${DEFAULT_ENCODER}', a folder, or a name on the Hugging Face Hub, owner/model, but found no such folder`,
    { path: source },
  );
}

/**
 * The encoder of a spec on parameters at hand, such as those that another thread shares: no weights are
 * read. The parameters are the encoder's from then on.
 *
 * @param name what people call it; default: the model's own name
 * @throws ArgumentRangeError for a spec of an unknown kind
 */
export function openEncoder(spec: EncoderSpec, params: Tree, name?: string): SentenceEncoder {
  objectOf(spec, 'spec', 'openEncoder');
  return new SentenceEncoder(modelOf(spec, params), name);
}

/**
 * As `openEncoder`, with the words and whatever else is no parameter from where the encoder is now: its weights
 * are not read, but may be downloaded with the rest.
 *
 * @param source as `loadEncoder` takes it
 * @throws as `loadEncoder`; TorchError `ERR_TORCH_FILE` if the files there are not those that the spec was made of
 */
export async function reopenEncoder(
  source: string,
  spec: EncoderSpec,
  params: Tree,
  remote: RemoteOptions,
): Promise<SentenceEncoder> {
  objectOf(spec, 'spec', 'reopenEncoder');
  if (spec.kind !== 'hugging-face') return openEncoder(spec, params);
  const isRemote = isOnHub(source);
  const folder = isRemote ? await downloadEncoder(source, remote) : resolve(source);
  return new SentenceEncoder(modelOf({ ...spec, folder }, params), isRemote ? source : undefined);
}

/** What builds each kind of spec; each is given the parameters that its own kind has made. */
function modelOf(spec: EncoderSpec, params: Tree): TokenModel {
  switch (spec.kind) {
    case 'use-lite':
      return openUseLite(spec, params as UseLiteParams);
    case 'hugging-face':
      return openHuggingFace(spec as HuggingFaceSpec, params as BertParams);
    case 'word-vectors':
      return wordVectorModel(spec, params as WordVectorParams);
    default: {
      const expected = "'use-lite', 'hugging-face' or 'word-vectors'";
      throw outOfRange(expected, 'spec.kind', spec.kind, 'openEncoder');
    }
  }
}

const isOnHub = (source: string): boolean => HUB_NAME.test(source) && !isThere(source);

/** False for what is no path as well. */
const isThere = (path: string): boolean => existsSync(path);
