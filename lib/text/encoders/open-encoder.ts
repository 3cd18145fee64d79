import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  abortSignal,
  callable,
  flag,
  type OptionsOf,
  objectOf,
  oneOf,
  optional,
  positiveInteger,
  readOptions,
  string,
} from '../../check';
import { outOfRange, TorchError } from '../../errors';
import type { BertParams } from '../../nn';
import type { Tree } from '../../torch';
import { type DownloadProgress, downloadEncoder } from './hub/download-encoder';
import {
  type HuggingFaceSpec,
  loadHuggingFace,
  openHuggingFace,
  type Precision,
} from './hugging-face';
import { SentenceEncoder } from './sentence-encoder';
import type { EncoderSpec, TokenModel } from './token-model';
import { openUseLite, type UseLiteParams, useLite } from './use-lite/use-lite';
import { openWordVectors, WORD_VECTORS_FILE } from './word-vectors/saved-word-vectors';
import { type WordVectorParams, wordVectorModel } from './word-vectors/word-vector-model';

/** The name of the encoder that comes with the package. */
export const DEFAULT_ENCODER = 'use-lite';

const LOCAL = {
  /** Tokens of a text beyond this many are left out. Default: what the encoder was made for. */
  maxLength: optional(positiveInteger),
  /** The weights' precision, for encoders in the layout of Hugging Face. Default: `float32`. */
  precision: optional<Precision>(oneOf('float32', 'float16', 'int8')),
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
  if (precision !== undefined && precision !== 'float32') {
    const expected = "'float32' for an encoder that is not in the layout of Hugging Face";
    throw outOfRange(expected, 'precision of loadEncoder', precision, 'loadEncoder');
  }
  if (folder) return new SentenceEncoder(openWordVectors(source), name);
  if (source === DEFAULT_ENCODER) return new SentenceEncoder(useLite({ maxLength }), name);
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
 * @throws ArgumentRangeError for a spec of an unknown kind
 */
export function openEncoder(spec: EncoderSpec, params: Tree): SentenceEncoder {
  objectOf(spec, 'spec', 'openEncoder');
  return new SentenceEncoder(modelOf(spec, params));
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
