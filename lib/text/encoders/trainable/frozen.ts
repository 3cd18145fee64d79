import {
  fraction,
  type Json,
  matching,
  oneOf,
  optional,
  positiveFinite,
  positiveInteger,
  type ReadOptions,
  readData,
  required,
  someProperties,
  strictObject,
  string,
  withDefault,
} from '../../../check';
import { TorchError } from '../../../errors';
import { dropout, type Layer, type LinearParams, linear } from '../../../nn';
import { type Tensor, torch } from '../../../torch';
import type { Precision } from '../hugging-face';
import { DEFAULT_ENCODER, loadEncoder } from '../open-encoder';
import type { SentenceEncoder } from '../sentence-encoder';
import type { TrainableEncoder, TrainableEncoderKind } from './trainable-encoder';

const OPTIONS = {
  /** A pre-trained encoder, as `loadEncoder` takes it. Default: `use-lite`, which comes with the package. */
  source: withDefault(string, DEFAULT_ENCODER),
  /** Tokens of a text beyond this many are left out. Default: what the encoder was made for. */
  maxLength: optional(positiveInteger),
  /** The weights' precision. Default: `float32`. */
  precision: optional<Precision>(oneOf('float32', 'float16', 'int8')),
  /**
   * What is learned on top: a `linear` map, which starts as the identity, or `none`, for learners with
   * parameters of their own. Default: `linear`.
   */
  map: withDefault(oneOf('linear', 'none'), 'linear'),
  /** The length of every vector, so that distances are of the usual size for a softmax. Default: 3.6. */
  scale: withDefault(positiveFinite, 3.6),
  /** The share of a vector dropped while training. Default: 0. */
  dropout: withDefault(fraction, 0),
};

type FrozenOptions = ReadOptions<typeof OPTIONS>;

const stateCheck = someProperties({
  fingerprint: required(matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits')),
});

/** The vectors of a pre-trained encoder that stays as it is, with a linear map that learns. */
export const frozen: TrainableEncoderKind<FrozenOptions> = {
  check: strictObject(OPTIONS),
  build: async (options) => frozenOf(options, await load(options)),
  async restore(options, state: Json) {
    const { fingerprint } = readData(
      stateCheck,
      state,
      'the state of an encoder',
      'state',
      'frozen',
    );
    const encoder = await load(options);
    if (encoder.fingerprint === fingerprint) return frozenOf(options, encoder);
    encoder.dispose();
    throw new TorchError(
      'ERR_TORCH_FILE',
      `Cannot load the encoder ${options.source}: expected the one that the model was trained on, with the fingerprint ${fingerprint}, but found ${encoder.fingerprint}`,
      { path: options.source },
    );
  },
};

function load({ source, maxLength, precision }: FrozenOptions): Promise<SentenceEncoder> {
  return loadEncoder(source, {
    ...(maxLength !== undefined && { maxLength }),
    ...(precision !== undefined && { precision }),
  });
}

function frozenOf(options: FrozenOptions, encoder: SentenceEncoder): TrainableEncoder {
  const { dimensions, fingerprint } = encoder;
  return {
    dimensions,
    vectorizer: encoder,
    layer: mapped(dimensions, options),
    state: { fingerprint },
    dispose: () => encoder.dispose(),
  };
}

type MapParams = { map?: LinearParams };

/** x to s·(W x + b) / ‖W x + b‖, of the size s. */
function mapped(
  dimensions: number,
  { map, scale, dropout: p }: FrozenOptions,
): Layer<MapParams, Tensor> {
  const affine = linear({ inFeatures: dimensions, outFeatures: dimensions });
  const drop = dropout({ p });
  return {
    init: () =>
      map === 'none'
        ? {}
        : { map: { weight: torch.eye(dimensions), bias: torch.zeros([dimensions]) } },
    apply(params, x, context) {
      const moved = params.map === undefined ? x : affine.apply(params.map, x, context);
      // A text without a known token has no direction.
      const length = moved.square().sum([-1], true).clampMin(1e-12).sqrt();
      return drop.apply({}, moved.div(length).mul(scale), context);
    },
    tasks: true,
  };
}
