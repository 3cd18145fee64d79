import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { knownOptions, objectOf, positiveInteger, string } from '../../../check';
import { outOfRange } from '../../../errors';
import { onFile, refuseFile, sha256OfFiles } from '../../../files/checked-file';
import { type Bert, type BertParams, bert } from '../../../nn';
import { disposeTree, type Tensor } from '../../../torch';
import { requireTensorTree } from '../../../torch/check-tensors';
import { TokenVectorizer } from '../../token-vectorizer';
import { narrowContext, narrowed, type Precision, precisionOf } from '../precision';
import type { EncoderSpec, TokenModel } from '../token-model';
import type { TokenVectors } from '../token-states';
import { type ModelConfig, readModelConfig } from './model-config';
import { readParams } from './read-params';
import { readSentenceModules, type SentenceModules } from './sentence-modules';
import { TextTokenizer } from './text-tokenizer';
import { weightPaths } from './weight-files';

export type HuggingFaceOptions = {
  /**
   * The most tokens of a text, special ones included. Default: what the folder says, at most those that the
   * model has positions for.
   */
  maxLength?: number | undefined;
  /** `int8` and `float16` are for encoders that are not trained further. Default: `float32`. */
  precision?: Precision | undefined;
};

const FILES = 'a file of the model';

/** What builds an encoder again, given its parameters. */
export type HuggingFaceSpec = EncoderSpec & {
  readonly kind: 'hugging-face';
  readonly folder: string;
  readonly maxLength: number;
  readonly precision: Precision;
  readonly fingerprint: string;
  /** sha256 of the folder's files but for the Transformer's weights; not checked if it is missing. */
  readonly files?: string;
};

/** A pre-trained encoder, and what learners need to train it further. */
export interface HuggingFaceEncoder extends TokenModel<BertParams> {
  readonly spec: HuggingFaceSpec;
  /** What the processor's kernels need beside the parameters: tensors of this thread alone. */
  readonly prepared: readonly Tensor[];
  /**
   * The model as a layer: ids and mask `[…, n, L]` to `[…, n, D]`, with gradients and a task axis. For
   * parameters in float32.
   */
  readonly layer: Bert;
  /** Texts to the layer's input. */
  readonly vectorizer: TokenVectorizer;
}

/** Everything of a folder but its weights. */
type Folder = {
  readonly path: string;
  readonly config: ModelConfig;
  readonly modules: SentenceModules;
  readonly tokenizer: TextTokenizer;
  readonly layer: Bert;
};

/**
 * Loads an encoder from a folder in the layout of Hugging Face or sentence-transformers: `config.json`,
 * `model.safetensors` or its shards, `tokenizer.json`, and, where there are, `modules.json` and what it
 * names. Models: BERT, RoBERTa, XLM-RoBERTa, CamemBERT, MPNet and DistilBERT. Weights of 16 bits become
 * float32. A folder without `modules.json` is pooled by the mean, without normalisation.
 *
 * @throws TorchError `ERR_TORCH_FILE`, with the path, what was expected and what was found, if a file is
 *   missing, of another model, or does not fit the others; ArgumentTypeError or ArgumentRangeError for a
 *   wrong argument
 */
export function loadHuggingFace(
  folder: string,
  options: HuggingFaceOptions = {},
): HuggingFaceEncoder {
  const known = ['maxLength', 'precision'] as const;
  const { maxLength, precision = 'float32' } = knownOptions(options, known, 'loadHuggingFace');
  precisionOf(precision, 'precision', 'loadHuggingFace');
  const read = readFolder(resolve(string(folder, 'folder', 'loadHuggingFace')));
  const most = lengthOf(read, maxLength);
  const { config, modules } = read;
  const weights = weightPaths(modules.transformer);
  const full = readParams(weights, config.type, config.options, modules);
  const params = narrowed(full, precision);
  disposeTree(full, params);
  const files = sha256OfFiles(filesOf(read), FILES);
  const digest = sha256OfFiles([...weights, ...filesOf(read)], FILES);
  const fingerprint = createHash('sha256').update(`${digest} ${most} ${precision}`).digest('hex');
  return encoderOf(
    read,
    { kind: 'hugging-face', folder: read.path, maxLength: most, precision, fingerprint, files },
    params,
  );
}

/**
 * The encoder of a `spec`, with parameters that are given, as those of another thread: the weights of the
 * folder are not read, and need not be there. Its other files must be those that the spec was made of.
 *
 * @throws as `loadHuggingFace`
 */
export function openHuggingFace(spec: HuggingFaceSpec, params: BertParams): HuggingFaceEncoder {
  objectOf(spec, 'spec', 'openHuggingFace');
  precisionOf(spec.precision, 'spec.precision', 'openHuggingFace');
  requireTensorTree(params);
  const read = readFolder(string(spec.folder, 'spec.folder', 'openHuggingFace'));
  requireFiles(spec, read);
  return encoderOf(read, { ...spec, maxLength: lengthOf(read, spec.maxLength) }, params);
}

/** The files with the weights of the encoder of a spec; none if it is of another kind. */
export function weightFiles({ kind, folder }: EncoderSpec): string[] {
  if (kind !== 'hugging-face') return [];
  return weightPaths(readSentenceModules(string(folder, 'spec.folder', 'weightFiles')).transformer);
}

function readFolder(path: string): Folder {
  const modules = readSentenceModules(path);
  const config = readModelConfig(modules.transformer);
  const { vocabularySize } = config.options;
  const { lowerCase, prompt, pooling, projections, normalize } = modules;
  return {
    path,
    config,
    modules,
    tokenizer: new TextTokenizer(modules.transformer, { vocabularySize, lowerCase, prompt }),
    layer: onFile(join(modules.transformer, 'config.json'), 'sizes that fit one another', () =>
      bert({
        ...config.options,
        pooling,
        projections: projections.map(({ layer }) => layer),
        normalize,
      }),
    ),
  };
}

function encoderOf(
  { path, config, tokenizer, layer }: Folder,
  spec: HuggingFaceSpec,
  params: BertParams,
): HuggingFaceEncoder {
  const { context, prepared } = narrowContext(params, spec.precision);
  const { maskId } = tokenizer;
  const tokenize = (text: string): Int32Array =>
    tokenizer.tokenize(string(text, 'text', 'tokenize'), spec.maxLength);
  const vectors: TokenVectors<BertParams> = {
    specials: [...tokenizer.special],
    hidden: (own, batch, given) => layer.hiddenStates(own, batch, { ...context, ...given }),
  };
  return {
    name: basename(path),
    spec,
    fingerprint: spec.fingerprint,
    params,
    dimensions: layer.outFeatures,
    maxLength: spec.maxLength,
    tokenize,
    knows: (ids) => tokenizer.knows(ids),
    depth: config.options.layers,
    embed: (own, texts, given) => layer.encode(own, texts, { ...context, ...given }),
    embedBatch: (own, batch, given) => layer.apply(own, batch, { ...context, ...given }),
    vectors,
    ...(maskId !== undefined && {
      tokens: {
        ...vectors,
        vocabularySize: config.options.vocabularySize,
        maskId,
        table: ({ embeddings }) => embeddings.words.weight,
      },
    }),
    prepared,
    layer,
    vectorizer: new TokenVectorizer(tokenize),
  };
}

function lengthOf({ layer, modules, tokenizer }: Folder, wanted: number | undefined): number {
  const name = 'maxLength';
  if (wanted === undefined) {
    const asked = modules.maxLength ?? tokenizer.maxLength ?? layer.maxLength;
    return Math.max(tokenizer.specials + 1, Math.min(asked, layer.maxLength));
  }
  positiveInteger(wanted, name, 'loadHuggingFace');
  const least = tokenizer.specials + 1;
  if (wanted >= least && wanted <= layer.maxLength) return wanted;
  const range = `an integer from ${least}, with special tokens, to ${layer.maxLength}`;
  throw outOfRange(range, `${name} of loadHuggingFace`, wanted, 'loadHuggingFace');
}

/** All files of a folder but the Transformer's weights. */
function filesOf({ modules, tokenizer }: Folder): string[] {
  return [join(modules.transformer, 'config.json'), ...modules.files, ...tokenizer.files];
}

function requireFiles({ files }: HuggingFaceSpec, read: Folder): void {
  if (files === undefined) return;
  string(files, 'spec.files', 'openHuggingFace');
  const found = sha256OfFiles(filesOf(read), FILES);
  if (found === files) return;
  throw refuseFile(read.path, `files beside the weights of sha256 ${files}`, found);
}
