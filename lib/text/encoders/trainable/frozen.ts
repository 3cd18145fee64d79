import {
  flag,
  fraction,
  type Json,
  oneOf,
  optional,
  positiveFinite,
  positiveInteger,
  type ReadOptions,
  strictObject,
  string,
  withDefault,
} from '../../../check';
import { dropout, type Layer, type LinearParams, linear } from '../../../nn';
import { type Tensor, torch } from '../../../torch';
import type { Precision } from '../hugging-face';
import { DEFAULT_ENCODER, loadEncoder } from '../open-encoder';
import type { SentenceEncoder } from '../sentence-encoder';
import { ofLength } from './of-length';
import { sameEncoder } from './same-encoder';
import type { TrainableEncoder, TrainableEncoderKind } from './trainable-encoder';

const OPTIONS = {
  /** A pre-trained encoder, as `loadEncoder` takes it. Default: `use-lite`, which comes with the package. */
  encoder: withDefault(string, DEFAULT_ENCODER),
  /** Tokens of a text beyond this many are left out. Default: what the encoder was made for. */
  maxLength: optional(positiveInteger),
  /** The weights' precision. Default: `float32`. */
  precision: optional<Precision>(oneOf('float32', 'float16', 'int8')),
  /** A branch, tag or commit of an encoder that is downloaded. Default: `main`. */
  revision: optional(string),
  /** Do not ask the network. Default: false. */
  offline: optional(flag),
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

/** The vectors of a pre-trained encoder that stays as it is, with a linear map that learns. */
export const frozen: TrainableEncoderKind<FrozenOptions> = {
  check: strictObject(OPTIONS),
  build: opened,
  restore: (options, state: Json) =>
    sameEncoder(() => opened(options), options.encoder, state, 'frozen'),
};

function load(options: FrozenOptions): Promise<SentenceEncoder> {
  const { encoder, maxLength, precision, revision, offline } = options;
  return loadEncoder(encoder, {
    ...(revision !== undefined && { revision }),
    ...(offline !== undefined && { offline }),
    ...(maxLength !== undefined && { maxLength }),
    ...(precision !== undefined && { precision }),
  });
}

async function opened(options: FrozenOptions): Promise<TrainableEncoder> {
  const encoder = await load(options);
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
      return drop.apply({}, ofLength(moved, scale), context);
    },
    tasks: true,
  };
}
