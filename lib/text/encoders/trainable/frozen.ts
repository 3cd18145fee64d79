import {
  flag,
  fraction,
  type Json,
  jsonObject,
  oneOf,
  optional,
  positiveInteger,
  type ReadOptions,
  strictObject,
  string,
  withDefault,
} from '../../../check';
import { invalidArgument } from '../../../errors';
import { dropout, type Layer, type LinearParams, linear } from '../../../nn';
import { type Tensor, type Tree, torch } from '../../../torch';
import { DEFAULT_ENCODER } from '../default-encoder';
import { loadEncoder, type RemoteOptions, reopenEncoder } from '../open-encoder';
import { type Precision, precisionOf } from '../precision';
import type { SentenceEncoder } from '../sentence-encoder';
import type { EncoderSpec } from '../token-model';
import { ofLength, SCALE } from './of-length';
import { sameEncoder } from './same-encoder';
import type { TrainableEncoder, TrainableEncoderKind } from './trainable-encoder';

const OPTIONS = {
  /** A pre-trained encoder, as `loadEncoder` takes it. Default: `use-lite`, which comes with the package. */
  encoder: withDefault(string, DEFAULT_ENCODER),
  /** Tokens of a text beyond this many are left out. Default: what the encoder was made for. */
  maxLength: optional(positiveInteger),
  /** The weights' precision. Default: `float32`. */
  precision: optional<Precision>(precisionOf),
  /** A branch, tag or commit of an encoder that is downloaded. Default: `main`. */
  revision: optional(string),
  /** Do not ask the network. Default: false. */
  offline: optional(flag),
  /**
   * What is learned on top: a `linear` map, which starts as the identity, or `none`, for learners with
   * parameters of their own. Default: `linear`.
   */
  map: withDefault(oneOf('linear', 'none'), 'linear'),
  scale: SCALE,
  /** The share of a vector dropped while training. Default: 0. */
  dropout: withDefault(fraction, 0),
};

export type FrozenOptions = ReadOptions<typeof OPTIONS>;

/** The vectors of a pre-trained encoder that stays as it is, with a linear map that learns. */
export const frozen: TrainableEncoderKind<FrozenOptions> = {
  check: strictObject(OPTIONS),
  build: async (options) => frozenOn(await load(options), options),
  restore: (options, state: Json, weights) =>
    sameEncoder((spec) => restored(options, spec, weights), options.encoder, state, OPERATOR),
};

const OPERATOR = 'the encoder frozen';

function load(options: FrozenOptions): Promise<SentenceEncoder> {
  const { encoder, maxLength, precision } = options;
  return loadEncoder(encoder, {
    ...remoteOf(options),
    ...(maxLength !== undefined && { maxLength }),
    ...(precision !== undefined && { precision }),
  });
}

function remoteOf({ revision, offline }: FrozenOptions): RemoteOptions {
  return { ...(revision !== undefined && { revision }), ...(offline !== undefined && { offline }) };
}

async function restored(
  options: FrozenOptions,
  spec: EncoderSpec | undefined,
  weights: Tree | undefined,
): Promise<TrainableEncoder> {
  if (spec === undefined && weights === undefined) return frozenOn(await load(options), options);
  if (spec === undefined || weights === undefined) {
    const found = spec === undefined ? 'weights alone' : 'a spec alone';
    throw invalidArgument('a spec and its weights, or neither,', `the state of ${OPERATOR}`, found);
  }
  const encoder = await reopenEncoder(options.encoder, spec, weights, remoteOf(options));
  return frozenOn(encoder, options, true);
}

/**
 * A frozen encoder on one of sentences, which is its own from then on.
 *
 * @param own whether its weights are saved with a model, as they are not those of where it comes from
 */
export function frozenOn(
  encoder: SentenceEncoder,
  options: Omit<FrozenOptions, 'encoder'>,
  own = false,
): TrainableEncoder {
  const { dimensions, fingerprint, spec, params } = encoder;
  return {
    dimensions,
    vectorizer: encoder,
    layer: mapped(dimensions, options),
    state: { fingerprint, ...(own && { spec: jsonObject(spec, 'spec', OPERATOR) }) },
    ...(own && { weights: params }),
    dispose: () => encoder.dispose(),
  };
}

type MapParams = { map?: LinearParams };

/** x to s·(W x + b) / ‖W x + b‖, of the size s. */
function mapped(
  dimensions: number,
  { map, scale, dropout: p }: Pick<FrozenOptions, 'map' | 'scale' | 'dropout'>,
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
