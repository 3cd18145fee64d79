import { statSync } from 'node:fs';
import { objectOf, optional, positiveInteger, readOptions, string } from '../../check';
import { outOfRange } from '../../errors';
import type { BertParams } from '../../nn';
import type { Tree } from '../../torch';
import { type HuggingFaceSpec, loadHuggingFace, openHuggingFace } from './hugging-face';
import { SentenceEncoder } from './sentence-encoder';
import type { EncoderSpec, TokenModel } from './token-model';
import { openUseLite, type UseLiteParams, useLite } from './use-lite/use-lite';

/** The name of the encoder that comes with the package. */
export const DEFAULT_ENCODER = 'use-lite';

const OPTIONS = {
  /** Tokens of a text beyond this many are left out. Default: what the encoder was made for. */
  maxLength: optional(positiveInteger),
};

export type LoadEncoderOptions = { maxLength?: number | undefined };

/**
 * Loads a pre-trained encoder of sentences, to be disposed of by the caller.
 *
 *     using encoder = loadEncoder('models/all-MiniLM-L6-v2');
 *
 * @param source `'use-lite'`, which comes with the package, or a folder in the layout of Hugging Face
 * @throws TorchError `ERR_TORCH_FILE` if a file is missing or damaged; ArgumentTypeError or
 *   ArgumentRangeError for a wrong argument
 */
export function loadEncoder(
  source: string = DEFAULT_ENCODER,
  options: LoadEncoderOptions = {},
): SentenceEncoder {
  string(source, 'source', 'loadEncoder');
  const given = readOptions(OPTIONS, options, 'loadEncoder');
  if (source === DEFAULT_ENCODER && !isFolder(source)) return new SentenceEncoder(useLite(given));
  return new SentenceEncoder(loadHuggingFace(source, given));
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
    default:
      throw outOfRange("'use-lite' or 'hugging-face'", 'spec.kind', spec.kind, 'openEncoder');
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
