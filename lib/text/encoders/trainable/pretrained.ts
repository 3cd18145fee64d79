import {
  type Check,
  flag,
  type Json,
  listOf,
  oneOf,
  optional,
  positiveFinite,
  positiveInteger,
  type ReadOptions,
  strictObject,
  string,
  withDefault,
} from '../../../check';
import { outOfRange } from '../../../errors';
import type { Layer, TokenIds } from '../../../nn';
import { type Tree, torch } from '../../../torch';
import { TokenVectorizer } from '../../token-vectorizer';
import { DEFAULT_ENCODER } from '../default-encoder';
import { loadEncoder } from '../open-encoder';
import type { TokenModel } from '../token-model';
import type { AdapterTarget } from './adapters';
import { ofLength, SCALE, type Scale } from './of-length';
import { type Parts, type TrainedModel, trainedModel } from './pretrained-parts';
import { sameEncoder } from './same-encoder';
import type { TrainableEncoder, TrainableEncoderKind } from './trainable-encoder';

const SCHEMA = {
  /**
   * `use-lite`, which comes with the package, a folder in the layout of Hugging Face, or a name on its hub.
   * Default: `use-lite`.
   */
  encoder: withDefault(string, DEFAULT_ENCODER),
  /**
   * What is trained: `all`; the last `layers` and what stands after them; the `embeddings` of words and
   * positions alone; or `lora`, low-rank adapters beside frozen weights (Hu et al. 2022). Default: `all`.
   */
  train: withDefault(oneOf('all', 'layers', 'embeddings', 'lora'), 'all'),
  /** With `layers`: how many, counted from the last. Default: all of them, without the embeddings. */
  layers: optional(positiveInteger),
  /** r of `lora`. Default: 8. */
  rank: optional(positiveInteger),
  /** α of `lora`, whose changes are multiplied by α / r. Default: 16. */
  alpha: optional(positiveFinite),
  /** What `lora` adapts: of attention `query`, `key`, `value`, `output`, of the network `up`, `down`. Default: `query` and `value`. */
  targets: optional(listOf(oneOf('query', 'key', 'value', 'output', 'up', 'down'), 1)),
  scale: SCALE,
  /** Tokens of a text beyond this many are left out. Default: what the encoder was made for. */
  maxLength: optional(positiveInteger),
  /** A branch, tag or commit of an encoder that is downloaded. Default: `main`. */
  revision: optional(string),
  /** Do not ask the network. Default: false. */
  offline: optional(flag),
};

type PretrainedOptions = ReadOptions<typeof SCHEMA>;

const RANK = 8;
const ALPHA = 16;
const TARGETS: readonly AdapterTarget[] = ['query', 'value'];

/** The options that are for one way of training alone. */
const ONLY = { layers: 'layers', rank: 'lora', alpha: 'lora', targets: 'lora' } as const;

const optionCheck = strictObject(SCHEMA);

const check: Check<PretrainedOptions> = (value, name, operator) => {
  const options = optionCheck(value, name, operator);
  for (const [option, way] of Object.entries(ONLY)) {
    const given = options[option as keyof typeof ONLY];
    if (given === undefined || options.train === way) continue;
    const expected = `'${way}' beside ${option}`;
    throw outOfRange(expected, `${name}.train of ${operator}`, options.train, operator);
  }
  return options;
};

const OPERATOR = 'the encoder pretrained';

function partsOf({ train, layers, rank, alpha, targets }: PretrainedOptions): Parts {
  if (train === 'layers') return { train, layers: layers ?? 'all' };
  if (train !== 'lora') return { train };
  return { train, rank: rank ?? RANK, alpha: alpha ?? ALPHA, targets: targets ?? TARGETS };
}

/**
 * A model’s layer with the parts that are trained as its parameters, and vectors of length `scale`. The model’s own
 * tensors stay its own.
 *
 * @throws ArgumentRangeError for a model without layers
 */
function pretrainedLayer(
  { name, embedBatch }: TokenModel,
  { init, complete }: TrainedModel,
  scale: Scale,
): Layer<Tree, TokenIds> {
  if (embedBatch === undefined)
    throw outOfRange('an encoder with layers', OPERATOR, name, OPERATOR);
  return {
    init,
    apply: (params, batch, context) => {
      const { params: all, context: own } = complete(params, context);
      return torch.scope(() => {
        return ofLength(embedBatch(all, batch, own), scale);
      });
    },
    tasks: true,
  };
}

async function load(options: PretrainedOptions): Promise<TrainableEncoder<Tree, TokenIds>> {
  const { encoder: source, maxLength, revision, offline } = options;
  const remote = { ...(revision && { revision }), ...(offline && { offline }) };
  const encoder = await loadEncoder(source, { ...(maxLength && { maxLength }), ...remote });
  try {
    const { model } = encoder;
    const trained = trainedModel(model, partsOf(options), OPERATOR);
    const { complete } = trained;
    const { tokens } = model;
    return {
      dimensions: model.dimensions,
      vectorizer: new TokenVectorizer((text) => model.tokenize(text)),
      layer: pretrainedLayer(model, trained, options.scale),
      state: { fingerprint: model.fingerprint },
      ...(tokens && {
        tokens: {
          ...tokens,
          hidden: (params, batch, context) => {
            const { params: all, context: own } = complete(params, context);
            return tokens.hidden(all, batch, own);
          },
          table: (params) => tokens.table(complete(params).params),
        },
      }),
      fixed: (params) => ({
        encoder: encoder.withParams(trained.merged(params)),
        options: fixedOptions(options),
      }),
      dispose: () => encoder.dispose(),
    };
  } catch (error) {
    encoder.dispose();
    throw error;
  }
}

/** Those of a frozen encoder that gives the same vectors. */
function fixedOptions({ encoder, maxLength, revision, offline, scale }: PretrainedOptions) {
  return { encoder, maxLength, revision, offline, scale, map: 'none' };
}

/**
 * A pre-trained encoder that is trained further, whole or in part. What stays frozen, and where training
 * starts, is its own until `dispose`; the words, and the weights that stay, are read from its folder again.
 *
 * @throws as `loadEncoder`; ArgumentRangeError for an encoder without layers, or with fewer than are to be
 *   trained; TorchError `ERR_TORCH_FILE` if the folder is not that of the saved state any more
 */
export const pretrainedKind: TrainableEncoderKind<PretrainedOptions> = {
  check,
  build: load,
  restore: (options, state: Json) =>
    sameEncoder(() => load(options), options.encoder, state, OPERATOR),
};
